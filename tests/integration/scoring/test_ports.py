"""One suite for scoring's unit of work: the one in memory and the one in a database keep the same promises."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from services.contracts.codes import EstimateCause, NotEstimatedReason, Outcome
from services.scoring.adapters.unit_of_work import SqlUnitOfWork
from services.scoring.application.ports import RecordedOutcome, ScoringResult, UnitOfWork
from services.scoring.domain.referral import Referral
from services.scoring.domain.result import AnswerLimits, NotEstimated, Result
from services.scoring.settings import Settings
from tests.factories.scoring import FakeChampion, a_version, an_estimate, day
from tests.fakes.scoring import FakeUnitOfWork
from tests.integration.scoring.conftest import without_model

PERSON = uuid4()
NO_MODEL = NotEstimated(reason=NotEstimatedReason.MODEL_UNAVAILABLE)


@pytest.fixture(params=["in memory", "in a database"])
def uow(request: pytest.FixtureRequest, settings: Settings) -> Iterator[UnitOfWork]:
    if request.param == "in memory":
        yield FakeUnitOfWork()
        return
    service = without_model(settings)
    with service.dispatcher.transaction(actor=None) as transaction:
        yield SqlUnitOfWork(transaction, champion=FakeChampion(), demonstration=True, limits=AnswerLimits())


def a_referral(uow: UnitOfWork, *, received: float = 0, person: UUID = PERSON, withdrawn: bool = False) -> Referral:
    """A referral with one version, saved."""
    referral = Referral(id=uuid4(), person_id=person, person_since=day(received))
    facts = {"age": 15, "strengths": ["trusted_adult"], "injury": None}
    referral.add_version(a_version(1, at=received, facts=facts), received_at=day(received))
    if withdrawn:
        referral.withdraw(day(received))
    uow.referrals.save(referral)
    return referral


def give(uow: UnitOfWork, referral: Referral, answer: Result) -> None:
    referral.sequence += 1
    uow.referrals.save(referral)
    given = ScoringResult(
        id=uuid4(),
        referral_id=referral.id,
        referral_version=1,
        person_id=referral.person_id,
        sequence=referral.sequence,
        cause=EstimateCause.RECEIVED,
        at=day(30),
        answer=answer,
    )
    uow.results.save(given)


class TestReferrals:
    def test_are_read_as_they_were_saved(self, uow: UnitOfWork) -> None:
        referral = a_referral(uow)
        referral.add_version(a_version(2, at=1, facts={"age": 16}), received_at=day(0))
        referral.withdraw(day(2))
        uow.referrals.save(referral)

        assert uow.referrals.get(referral.id) == referral

    def test_that_were_never_heard_of_are_none(self, uow: UnitOfWork) -> None:
        assert uow.referrals.get(uuid4()) is None

    def test_of_a_person_are_found_oldest_first(self, uow: UnitOfWork) -> None:
        later, earlier, _ = a_referral(uow, received=2), a_referral(uow, received=1), a_referral(uow, person=uuid4())

        assert [found.id for found in uow.referrals.of_person(PERSON)] == [earlier.id, later.id]

    def test_are_found_with_their_new_person_once_moved(self, uow: UnitOfWork) -> None:
        referral, other = a_referral(uow), uuid4()
        referral.belongs_to(other, since=day(3))
        uow.referrals.save(referral)

        assert uow.referrals.of_person(PERSON) == []
        assert [found.id for found in uow.referrals.of_person(other)] == [referral.id]

    def test_that_wait_for_a_model_are_found_unless_withdrawn(self, uow: UnitOfWork) -> None:
        waiting, withdrawn, estimated = a_referral(uow), a_referral(uow, withdrawn=True), a_referral(uow)
        assert uow.champion is not None
        uow.models.describe(uow.champion, day(1))
        for referral, answer in ((waiting, NO_MODEL), (withdrawn, NO_MODEL), (estimated, an_estimate())):
            give(uow, referral, answer)

        unanswered = uow.referrals.answered_by_another_model("2-test", limit=10, unanswered_only=True)
        every = uow.referrals.answered_by_another_model("2-test", limit=10, unanswered_only=False)
        none = uow.referrals.answered_by_another_model("2-test", limit=0, unanswered_only=False)

        assert [referral.id for referral in unanswered] == [waiting.id]
        assert {referral.id for referral in every} == {waiting.id, estimated.id}
        assert none == []


class TestAnswers:
    def test_say_already_what_the_current_one_says(self, uow: UnitOfWork) -> None:
        referral = a_referral(uow)
        give(uow, referral, NO_MODEL)

        assert uow.results.is_unchanged(referral.id, 1, NO_MODEL)
        assert not uow.results.is_unchanged(referral.id, 2, NO_MODEL)
        assert not uow.results.is_unchanged(referral.id, 1, an_estimate())

    def test_do_not_say_already_what_an_earlier_one_said(self, uow: UnitOfWork) -> None:
        referral = a_referral(uow)
        assert uow.champion is not None
        uow.models.describe(uow.champion, day(1))
        give(uow, referral, NO_MODEL)
        give(uow, referral, an_estimate())

        assert uow.results.is_unchanged(referral.id, 1, an_estimate())
        assert not uow.results.is_unchanged(referral.id, 1, NO_MODEL)

    def test_tell_two_snapshots_apart(self, uow: UnitOfWork) -> None:
        referral = a_referral(uow)
        assert uow.champion is not None
        uow.models.describe(uow.champion, day(1))
        give(uow, referral, an_estimate(digest="one"))

        assert not uow.results.is_unchanged(referral.id, 1, an_estimate(digest="other"))


class TestVersions:
    def test_of_a_match_only_go_up(self, uow: UnitOfWork) -> None:
        match = uuid4()

        assert [uow.matches.newer(match, version) for version in (2, 2, 1, 3)] == [True, False, False, True]

    def test_of_an_outcome_only_go_up(self, uow: UnitOfWork) -> None:
        def outcome(version: int) -> RecordedOutcome:
            return RecordedOutcome(
                id=UUID(int=4),
                version=version,
                case_id=UUID(int=5),
                referral_id=UUID(int=6),
                person_id=PERSON,
                outcome=Outcome.DECLINED,
                at=day(5),
            )

        assert [uow.outcomes.keep(outcome(version)) for version in (2, 1, 2, 3)] == [True, False, False, True]

    def test_of_a_model_are_described_once(self, uow: UnitOfWork) -> None:
        first, second = FakeChampion("1-test"), FakeChampion("2-test")

        assert [uow.models.describe(champion, day(1)) for champion in (first, first, second)] == [True, False, True]
