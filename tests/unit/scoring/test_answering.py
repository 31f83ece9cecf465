"""How scoring answers what it hears."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codes import EstimateCause, NotEstimatedReason, Outcome, Source
from services.contracts.scoring import ModelDescribedV2, ReferralEstimatedV1, ReferralNotEstimatedV1
from services.scoring.application.on_match import on_match
from services.scoring.application.on_outcome import ApplyOutcome, on_outcome
from services.scoring.application.on_referral import ApplyReferral, on_referral
from services.scoring.application.on_withdrawal import ApplyWithdrawal, on_withdrawal
from services.scoring.application.ports import RecordedOutcome, ScoringResult
from services.scoring.application.rescore import NoModel, Rescore, rescore
from services.scoring.application.score import allowed, publish_result
from services.scoring.domain.result import (
    AnswerLimits,
    Contribution,
    Estimate,
    KnownAnswers,
    NotEstimated,
    Result,
    SourceReferral,
)
from tests.factories.scoring import FakeChampion, a_match, a_referral_version, an_estimate, day
from tests.fakes.scoring import FakeUnitOfWork

PERSON, OTHER_PERSON = uuid4(), uuid4()


def reason_of(answer: Result) -> NotEstimatedReason | None:
    return answer.reason if isinstance(answer, NotEstimated) else None


def causes(uow: FakeUnitOfWork, referral_id: UUID) -> list[EstimateCause]:
    return [given.cause for given in uow.results.given if given.referral_id == referral_id]


class TestAReceivedReferral:
    def test_is_estimated_and_told_with_the_wording_of_its_model_first(self) -> None:
        uow = FakeUnitOfWork()

        on_referral(a_referral_version(uuid4(), person_id=PERSON), uow)

        assert [schema for schema, _ in uow.published] == [ModelDescribedV2, ReferralEstimatedV1]
        assert uow.audited == ["estimate.given"]

    def test_tells_the_wording_of_a_model_once(self) -> None:
        uow = FakeUnitOfWork()

        for _ in range(2):
            on_referral(a_referral_version(uuid4(), person_id=uuid4()), uow)

        assert [schema for schema, _ in uow.published].count(ModelDescribedV2) == 1

    def test_does_nothing_the_second_time(self) -> None:
        uow = FakeUnitOfWork()
        told = a_referral_version(uuid4(), person_id=PERSON)
        on_referral(told, uow)
        before = list(uow.published)

        on_referral(told, uow)

        assert uow.published == before

    def test_is_not_estimated_when_the_model_cannot_be_asked(self) -> None:
        uow = FakeUnitOfWork()
        referral = uuid4()

        on_referral(a_referral_version(referral, person_id=PERSON, facts={"age": 80}), uow)

        assert reason_of(uow.answer_to(referral)) is NotEstimatedReason.OUT_OF_RANGE
        assert uow.published[-1][0] is ReferralNotEstimatedV1

    @pytest.mark.parametrize(
        ("known", "reason", "sparse"),
        [
            (7, NotEstimatedReason.TOO_LITTLE_INFORMATION, None),
            (8, None, True),
            (19, None, True),
            (20, None, False),
        ],
    )
    def test_is_estimated_from_enough_answers_only(
        self, known: int, reason: NotEstimatedReason | None, sparse: bool | None
    ) -> None:
        counted = replace(an_estimate(), answers=KnownAnswers(known=known, all=25))

        answer = allowed(counted, champion=FakeChampion(), demonstration=True, limits=AnswerLimits())

        assert (reason_of(answer), answer.answers) == (reason, KnownAnswers(known=known, all=25))
        assert (answer.sparse if isinstance(answer, Estimate) else None) == sparse
        assert (answer.min_answers if isinstance(answer, NotEstimated) else None) == (8 if reason else None)

    @pytest.mark.parametrize(("setting", "needed"), [(8, 8), (1, 3)])
    def test_that_the_model_itself_refuses_says_how_many_answers_are_needed(self, setting: int, needed: int) -> None:
        refused = NotEstimated(reason=NotEstimatedReason.TOO_LITTLE_INFORMATION, min_answers=3)

        answer = allowed(refused, champion=FakeChampion(), demonstration=True, limits=AnswerLimits(min_answers=setting))

        assert isinstance(answer, NotEstimated)
        assert answer.min_answers == needed

    def test_is_answered_honestly_without_a_model(self) -> None:
        uow = FakeUnitOfWork()
        uow.champion = None
        referral = uuid4()

        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        assert reason_of(uow.answer_to(referral)) is NotEstimatedReason.MODEL_UNAVAILABLE

    def test_is_never_estimated_from_invented_data_outside_a_demonstration(self) -> None:
        uow = FakeUnitOfWork(FakeChampion(invented_data=True), demonstration=False)
        referral = uuid4()

        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        assert reason_of(uow.answer_to(referral)) is NotEstimatedReason.MODEL_TRAINED_ON_INVENTED_DATA

    def test_is_estimated_from_real_data_outside_a_demonstration(self) -> None:
        uow = FakeUnitOfWork(FakeChampion(invented_data=False), demonstration=False)
        referral = uuid4()

        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        assert isinstance(uow.answer_to(referral), Estimate)

    def test_is_not_estimated_when_the_explanation_does_not_add_up(self) -> None:
        uow = FakeUnitOfWork(FakeChampion(off_by=0.001))
        referral = uuid4()

        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        assert reason_of(uow.answer_to(referral)) is NotEstimatedReason.MODEL_UNAVAILABLE

    def test_changes_the_estimate_of_a_later_one_when_it_arrives_late(self) -> None:
        uow = FakeUnitOfWork()
        first, second = uuid4(), uuid4()
        on_referral(a_referral_version(second, person_id=PERSON, received=5), uow)
        alone = uow.answer_to(second)

        on_referral(a_referral_version(first, person_id=PERSON, received=1), uow)

        assert uow.answer_to(second) != alone
        assert next(given.answer for given in uow.results.given if given.referral_id == second) == alone

    def test_leaves_another_person_alone(self) -> None:
        uow = FakeUnitOfWork()
        second = uuid4()
        on_referral(a_referral_version(second, person_id=OTHER_PERSON, received=5), uow)

        on_referral(a_referral_version(uuid4(), person_id=PERSON, received=1), uow)

        assert len(causes(uow, second)) == 1


class TestAnAmendedReferral:
    def test_is_estimated_again(self) -> None:
        uow = FakeUnitOfWork()
        referral = uuid4()
        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        on_referral(a_referral_version(referral, person_id=PERSON, version=2, amended=1), uow)

        assert causes(uow, referral) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert [given.sequence for given in uow.results.given] == [1, 2]
        assert uow.results.current[referral].referral_version == 2

    def test_is_not_taken_back_by_a_late_first_version(self) -> None:
        uow = FakeUnitOfWork()
        referral = uuid4()
        on_referral(a_referral_version(referral, person_id=PERSON, version=2, amended=1), uow)

        on_referral(a_referral_version(referral, person_id=PERSON, version=1), uow)

        assert causes(uow, referral) == [EstimateCause.AMENDED]
        assert uow.audited[-1] == "referral.late_version_kept"

    def test_does_not_change_what_was_known_when_a_later_referral_was_made(self) -> None:
        uow = FakeUnitOfWork()
        first, second = uuid4(), uuid4()
        on_referral(a_referral_version(first, person_id=PERSON, received=0), uow)
        on_referral(a_referral_version(second, person_id=PERSON, received=5), uow)

        on_referral(
            a_referral_version(first, person_id=PERSON, version=2, received=0, amended=9, facts={"age": 16}), uow
        )

        assert len(causes(uow, second)) == 1

    @pytest.mark.parametrize("correction_comes_last", [False, True])
    def test_no_longer_gives_its_old_answers_to_what_is_stated_later(self, correction_comes_last: bool) -> None:
        first, second = UUID(int=11), UUID(int=12)

        def told(facts: Mapping[str, Any]) -> list[ApplyReferral]:
            return [
                a_referral_version(first, person_id=PERSON, received=0, facts=facts),
                a_referral_version(second, person_id=PERSON, received=5),
            ]

        wrong, right = {"age": 15, "mental_health_need": True}, {"age": 15, "mental_health_need": False}
        correction = a_referral_version(first, person_id=PERSON, version=2, received=0, amended=9, facts=right)
        addition = a_referral_version(second, person_id=PERSON, version=2, received=5, amended=10)
        corrected, never_wrong = FakeUnitOfWork(), FakeUnitOfWork()

        after = [addition, correction] if correction_comes_last else [correction, addition]
        for command in [*told(wrong), *after]:
            on_referral(command, corrected)
        for command in [*told(right), addition]:
            on_referral(command, never_wrong)

        assert corrected.answer_to(second) == never_wrong.answer_to(second)

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_and_others_of_the_person_have_the_same_answers_in_any_order(self, data: st.DataObject) -> None:
        versions = data.draw(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=4), min_size=2, max_size=4))
        commands = [
            a_referral_version(
                UUID(int=number),
                person_id=PERSON,
                version=version,
                received=min(days),
                amended=day_of_it if version > 1 else None,
                facts={"age": 15, "said": version},
            )
            for number, days in enumerate(versions, start=1)
            for version, day_of_it in enumerate(sorted(days), start=1)
        ]
        in_order, mixed = FakeUnitOfWork(), FakeUnitOfWork()

        for command in sorted(commands, key=lambda one: (one.stated_at, one.referral_id.int, one.version)):
            on_referral(command, in_order)
        for command in data.draw(st.permutations(commands)):
            on_referral(command, mixed)

        for number, _days in enumerate(versions, start=1):
            assert mixed.answer_to(UUID(int=number)) == in_order.answer_to(UUID(int=number))


class TestAWithdrawnReferral:
    def test_no_longer_counts_for_the_others_of_the_person(self) -> None:
        uow = FakeUnitOfWork()
        first, second = uuid4(), uuid4()
        on_referral(a_referral_version(first, person_id=PERSON, received=0), uow)
        on_referral(a_referral_version(second, person_id=PERSON, received=5), uow)

        on_withdrawal(ApplyWithdrawal(referral_id=first, person_id=PERSON, withdrawn_at=day(6)), uow)

        assert causes(uow, second) == [EstimateCause.RECEIVED, EstimateCause.SOURCE_WITHDRAWN]
        assert causes(uow, first) == [EstimateCause.RECEIVED]

    def test_is_still_answered_when_its_first_version_comes_last(self) -> None:
        uow = FakeUnitOfWork()
        referral = uuid4()
        on_withdrawal(ApplyWithdrawal(referral_id=referral, person_id=PERSON, withdrawn_at=day(1)), uow)

        on_referral(a_referral_version(referral, person_id=PERSON), uow)

        assert causes(uow, referral) == [EstimateCause.RECEIVED]


class TestAnArea:
    """History is taken from referrals that are where this one is."""

    def referred(self, *areas: str) -> tuple[FakeUnitOfWork, list[UUID]]:
        uow = FakeUnitOfWork()
        referrals = [uuid4() for _ in areas]
        for number, (referral, area) in enumerate(zip(referrals, areas, strict=True)):
            on_referral(a_referral_version(referral, person_id=PERSON, received=5 * number, area=area), uow)
        return uow, referrals

    def test_hears_nothing_of_a_referral_in_another(self) -> None:
        uow, [_, second] = self.referred("riverside", "northside")
        alone, _ = self.referred("northside")
        on_referral(a_referral_version(second, person_id=OTHER_PERSON, received=5), alone)

        assert uow.answer_to(second) == alone.answer_to(second)

    def test_that_a_referral_moves_to_or_from_has_its_later_ones_estimated_again(self) -> None:
        uow, [first, here, there, elsewhere] = self.referred("northside", "northside", "riverside", "westborough")
        moved = a_referral_version(first, person_id=PERSON, version=2, received=0, amended=30, area="riverside")

        on_referral(moved, uow)

        assert causes(uow, here) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert causes(uow, there) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert causes(uow, elsewhere) == [EstimateCause.RECEIVED]

    def test_has_a_referral_told_again_that_was_stored_without_it(self) -> None:
        """After an upgrade: what had no area gets one, and its history is estimated anew."""
        uow, [first, second] = self.referred("northside", "northside")
        for referral_id in (first, second):
            referral = uow.referrals.get(referral_id)
            assert referral is not None
            referral.referral_versions[1] = replace(referral.referral_versions[1], area=None, source=None)
            uow.referrals.save(referral)

        for referral_id, received in ((second, 5), (first, 0)):
            on_referral(a_referral_version(referral_id, person_id=PERSON, received=received), uow)

        assert causes(uow, second) == [EstimateCause.RECEIVED] * 3

    def test_keeps_a_link_to_another_without_a_trace(self) -> None:
        uow = FakeUnitOfWork()
        first, second = uuid4(), uuid4()
        on_referral(a_referral_version(first, person_id=PERSON, received=0, area="riverside"), uow)
        on_referral(a_referral_version(second, person_id=OTHER_PERSON, received=5), uow)
        told = list(uow.published)

        on_match(a_match([first, second], [PERSON, PERSON], at=6), uow)

        assert uow.published == told
        assert [causes(uow, one) for one in (first, second)] == [[EstimateCause.RECEIVED]] * 2

    def test_names_the_source_of_what_it_knows(self) -> None:
        part = Contribution(
            feature="injury",
            value=3,
            observed_on=None,
            origin="health",
            log_odds=0.1,
            sources=(
                SourceReferral(referral_id=UUID(int=2), source=Source.POLICE),
                SourceReferral(referral_id=UUID(int=1), source=Source.SCHOOL),
            ),
        )
        uow = FakeUnitOfWork()
        given = ScoringResult(
            id=uuid4(),
            referral_id=uuid4(),
            referral_version=1,
            person_id=PERSON,
            sequence=1,
            cause=EstimateCause.RECEIVED,
            at=day(1),
            answer=replace(an_estimate(), contributions=(part,)),
        )

        publish_result(given, uow)

        [(_, data)] = uow.published
        [said] = data["contributions"]
        assert (said["source_referral_id"], said["source"]) == (UUID(int=2), Source.POLICE)
        assert said["further_sources"] == [{"referral_id": UUID(int=1), "source": Source.SCHOOL}]


class TestLinkedPersons:
    FIRST, SECOND = UUID(int=11), UUID(int=12)

    def linked(self) -> tuple[FakeUnitOfWork, UUID, UUID]:
        uow = FakeUnitOfWork()
        first, second = self.FIRST, self.SECOND
        on_referral(a_referral_version(first, person_id=PERSON, received=0), uow)
        on_referral(a_referral_version(second, person_id=OTHER_PERSON, received=5), uow)
        on_match(a_match([first, second], [PERSON, PERSON], at=6), uow)
        return uow, first, second

    def test_have_the_later_referral_estimated_again(self) -> None:
        uow, first, second = self.linked()

        assert causes(uow, second) == [EstimateCause.RECEIVED, EstimateCause.PERSONS_LINKED]
        assert causes(uow, first) == [EstimateCause.RECEIVED]

    def test_go_back_to_the_first_estimate_when_the_link_is_undone(self) -> None:
        uow, first, second = self.linked()
        alone = uow.results.given[1].answer

        on_match(a_match([first, second], [PERSON, OTHER_PERSON], at=7, linked=False), uow)

        assert causes(uow, second)[-1] is EstimateCause.PERSONS_UNLINKED
        assert uow.answer_to(second) == alone
        assert [given.sequence for given in uow.results.given if given.referral_id == second] == [1, 2, 3]

    def test_are_linked_even_if_the_link_comes_before_the_referrals(self) -> None:
        uow = FakeUnitOfWork()
        first, second = self.FIRST, self.SECOND
        on_match(a_match([first, second], [PERSON, PERSON], at=6), uow)

        on_referral(a_referral_version(second, person_id=OTHER_PERSON, received=5), uow)
        on_referral(a_referral_version(first, person_id=PERSON, received=0), uow)

        in_order, _, its_second = self.linked()
        assert uow.answer_to(second) == in_order.answer_to(its_second)

    def test_are_not_changed_by_an_older_word_on_the_match(self) -> None:
        uow, first, second = self.linked()
        late = a_match([first, second], [PERSON, OTHER_PERSON], at=5.5, linked=False)

        on_match(late, uow)

        assert causes(uow, second)[-1] is EstimateCause.PERSONS_LINKED


class TestEstimatingAgain:
    def test_needs_a_model(self) -> None:
        uow = FakeUnitOfWork()
        uow.champion = None

        with pytest.raises(NoModel):
            rescore(Rescore(), uow)

    def test_answers_what_had_no_model_and_nothing_else(self) -> None:
        uow = FakeUnitOfWork()
        estimated, waiting = uuid4(), uuid4()
        on_referral(a_referral_version(estimated, person_id=uuid4()), uow)
        uow.champion = None
        on_referral(a_referral_version(waiting, person_id=uuid4()), uow)
        uow.champion = FakeChampion("2-test")

        done = rescore(Rescore(), uow)

        assert done == 1
        assert causes(uow, waiting) == [EstimateCause.RECEIVED, EstimateCause.NEW_MODEL]
        assert causes(uow, estimated) == [EstimateCause.RECEIVED]
        assert rescore(Rescore(), uow) == 0

    def test_answers_all_by_a_new_champion_when_told_to(self) -> None:
        uow = FakeUnitOfWork()
        referral = uuid4()
        on_referral(a_referral_version(referral, person_id=PERSON), uow)
        uow.champion = FakeChampion("2-test")

        assert rescore(Rescore(unanswered_only=False), uow) == 1
        assert rescore(Rescore(unanswered_only=False), uow) == 0
        assert uow.answer_to(referral).model_version == "2-test"


class TestAnOutcome:
    def test_is_kept_in_its_highest_version(self) -> None:
        uow = FakeUnitOfWork()
        outcome_id = uuid4()
        for version, outcome in ((2, Outcome.SUPPORT_COMPLETED), (1, Outcome.DECLINED)):
            recorded = RecordedOutcome(
                id=outcome_id,
                version=version,
                case_id=uuid4(),
                referral_id=uuid4(),
                person_id=PERSON,
                outcome=outcome,
                at=day(40),
            )
            on_outcome(ApplyOutcome(outcome=recorded), uow)

        assert uow.outcomes.kept[outcome_id].outcome is Outcome.SUPPORT_COMPLETED
        assert uow.audited == ["outcome.kept"]
