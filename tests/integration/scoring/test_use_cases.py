"""The use cases of scoring, on a real database of SQLite."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts import envelope
from services.contracts.codes import EstimateCause, NotEstimatedReason, Outcome, Source
from services.contracts.scoring import ModelDescribedV2, ReferralEstimatedV1, ReferralNotEstimatedV1
from services.platform.service import Service
from services.scoring.estimate import (
    Contribution,
    Estimate,
    KnownAnswers,
    NotEstimated,
    Result,
    ScoringResult,
    SourceReferral,
)
from services.scoring.on_events import ApplyOutcome, ApplyReferral, ApplyWithdrawal
from services.scoring.publish import publish_result
from services.scoring.rescore import NoModel, Rescore
from services.scoring.settings import Settings
from services.scoring.tables import outcomes, referral_versions
from tests.factories.scoring import FakeChampion, a_match, a_referral_version, an_estimate, day
from tests.integration.scoring.conftest import without_model
from tests.integration.scoring.world import World

# The stores are tested on PostgreSQL too, in test_store.py and test_scoring.py.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

PERSON, OTHER_PERSON = uuid4(), uuid4()


@pytest.fixture
def service(settings: Settings) -> Service:
    return without_model(settings)


@pytest.fixture
def world(service: Service) -> Iterator[World]:
    with service.database.write() as connection:
        yield World(connection)


def reason_of(result: Result) -> NotEstimatedReason | None:
    return result.reason if isinstance(result, NotEstimated) else None


class TestAReceivedReferral:
    def test_is_published_after_the_description_of_its_model(self, world: World) -> None:

        world.handle(a_referral_version(uuid4(), person_id=PERSON))

        assert world.published == [ModelDescribedV2.type, ReferralEstimatedV1.type]
        assert world.audited == ["estimate.given"]

    def test_publishes_the_description_of_a_model_once(self, world: World) -> None:

        for _ in range(2):
            world.handle(a_referral_version(uuid4(), person_id=uuid4()))

        assert world.published.count(ModelDescribedV2.type) == 1

    def test_does_nothing_the_second_time(self, world: World) -> None:
        received = a_referral_version(uuid4(), person_id=PERSON)
        world.handle(received)
        before = list(world.published)

        world.handle(received)

        assert world.published == before

    def test_is_not_estimated_when_the_model_cannot_be_asked(self, world: World) -> None:
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON, facts={"age": 80}))

        assert reason_of(world.result_of(referral)) is NotEstimatedReason.OUT_OF_RANGE
        assert world.published[-1] == ReferralNotEstimatedV1.type

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
        self, world: World, known: int, reason: NotEstimatedReason | None, sparse: bool | None
    ) -> None:
        world.champion = FakeChampion(known_answers=known)
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON))

        result = world.result_of(referral)
        assert (reason_of(result), result.answers) == (reason, KnownAnswers(known=known, all=25))
        assert (result.sparse if isinstance(result, Estimate) else None) == sparse
        assert (result.min_answers if isinstance(result, NotEstimated) else None) == (8 if reason else None)

    def test_is_not_estimated_without_a_model(self, world: World) -> None:
        world.champion = None
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON))

        assert reason_of(world.result_of(referral)) is NotEstimatedReason.MODEL_UNAVAILABLE

    def test_is_never_estimated_from_invented_data_outside_a_demonstration(self, world: World) -> None:
        world.champion, world.demonstration = FakeChampion(invented_data=True), False
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON))

        assert reason_of(world.result_of(referral)) is NotEstimatedReason.MODEL_TRAINED_ON_INVENTED_DATA

    def test_is_estimated_from_real_data_outside_a_demonstration(self, world: World) -> None:
        world.champion, world.demonstration = FakeChampion(invented_data=False), False
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON))

        assert isinstance(world.result_of(referral), Estimate)

    def test_is_not_estimated_when_the_explanation_does_not_add_up(self, world: World) -> None:
        world.champion = FakeChampion(off_by=0.001)
        referral = uuid4()

        world.handle(a_referral_version(referral, person_id=PERSON))

        assert reason_of(world.result_of(referral)) is NotEstimatedReason.MODEL_UNAVAILABLE

    def test_changes_the_estimate_of_a_later_one_when_it_arrives_late(self, world: World) -> None:
        first, second = uuid4(), uuid4()
        world.handle(a_referral_version(second, person_id=PERSON, received=5))
        alone = world.result_of(second)

        world.handle(a_referral_version(first, person_id=PERSON, received=1))

        assert world.result_of(second) != alone
        assert world.sequences(second) == [1, 2]

    def test_leaves_another_person_alone(self, world: World) -> None:
        second = uuid4()
        world.handle(a_referral_version(second, person_id=OTHER_PERSON, received=5))

        world.handle(a_referral_version(uuid4(), person_id=PERSON, received=1))

        assert len(world.causes(second)) == 1


class TestAnAmendedReferral:
    def test_is_estimated_again(self, world: World) -> None:
        referral = uuid4()
        world.handle(a_referral_version(referral, person_id=PERSON))

        world.handle(a_referral_version(referral, person_id=PERSON, version=2, amended=1))

        assert world.causes(referral) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert world.sequences(referral) == [1, 2]
        assert world.current(referral).referral_version == 2

    def test_is_not_taken_back_by_a_late_first_version(self, world: World) -> None:
        referral = uuid4()
        world.handle(a_referral_version(referral, person_id=PERSON, version=2, amended=1))

        world.handle(a_referral_version(referral, person_id=PERSON, version=1))

        assert world.causes(referral) == [EstimateCause.AMENDED]
        assert world.audited[-1] == "referral.late_version_kept"

    def test_does_not_change_what_was_known_when_a_later_referral_was_made(self, world: World) -> None:
        first, second = uuid4(), uuid4()
        world.handle(a_referral_version(first, person_id=PERSON, received=0))
        world.handle(a_referral_version(second, person_id=PERSON, received=5))

        world.handle(a_referral_version(first, person_id=PERSON, version=2, received=0, amended=9, facts={"age": 16}))

        assert len(world.causes(second)) == 1

    @pytest.mark.parametrize("correction_comes_last", [False, True])
    def test_no_longer_counts_as_it_was_for_what_is_stated_later(
        self, world: World, correction_comes_last: bool
    ) -> None:
        first, second = UUID(int=11), UUID(int=12)

        def events(facts: Mapping[str, Any]) -> list[ApplyReferral]:
            return [
                a_referral_version(first, person_id=PERSON, received=0, facts=facts),
                a_referral_version(second, person_id=PERSON, received=5),
            ]

        wrong, right = {"age": 15, "mental_health_need": True}, {"age": 15, "mental_health_need": False}
        correction = a_referral_version(first, person_id=PERSON, version=2, received=0, amended=9, facts=right)
        addition = a_referral_version(second, person_id=PERSON, version=2, received=5, amended=10)
        after = [addition, correction] if correction_comes_last else [correction, addition]

        world.handle(*events(wrong), *after)
        corrected = world.result_of(second)

        world.restart()
        world.handle(*events(right), addition)
        assert corrected == world.result_of(second)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def test_and_others_of_the_person_have_the_same_results_in_any_order(
        self, world: World, data: st.DataObject
    ) -> None:
        versions = data.draw(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=4), min_size=2, max_size=4))
        commands = [
            a_referral_version(
                UUID(int=number),
                person_id=PERSON,
                version=version,
                received=min(days),
                amended=day_of_it if version > 1 else None,
                facts={"age": 15, "number": version},
            )
            for number, days in enumerate(versions, start=1)
            for version, day_of_it in enumerate(sorted(days), start=1)
        ]
        referrals = [UUID(int=number) for number, _days in enumerate(versions, start=1)]

        world.restart()
        world.handle_poll(sorted(commands, key=lambda one: (one.stated_at, one.referral_id.int, one.version)))
        in_order = [world.result_of(referral) for referral in referrals]

        world.restart()
        world.handle_poll(data.draw(st.permutations(commands)))
        assert [world.result_of(referral) for referral in referrals] == in_order


class TestAWithdrawnReferral:
    def test_no_longer_counts_for_the_others_of_the_person(self, world: World) -> None:
        first, second = uuid4(), uuid4()
        world.handle(a_referral_version(first, person_id=PERSON, received=0))
        world.handle(a_referral_version(second, person_id=PERSON, received=5))

        world.handle(ApplyWithdrawal(referral_id=first, person_id=PERSON, withdrawn_at=day(6)))

        assert world.causes(second) == [EstimateCause.RECEIVED, EstimateCause.SOURCE_WITHDRAWN]
        assert world.causes(first) == [EstimateCause.RECEIVED]

    def test_is_still_scored_when_its_first_version_comes_last(self, world: World) -> None:
        referral = uuid4()
        world.handle(ApplyWithdrawal(referral_id=referral, person_id=PERSON, withdrawn_at=day(1)))

        world.handle(a_referral_version(referral, person_id=PERSON))

        assert world.causes(referral) == [EstimateCause.RECEIVED]


class TestAnArea:
    """History comes from referrals in the same area only."""

    def referred(self, world: World, *areas: str) -> list[UUID]:
        referrals = [uuid4() for _ in areas]
        for number, (referral, area) in enumerate(zip(referrals, areas, strict=True)):
            world.handle(a_referral_version(referral, person_id=PERSON, received=5 * number, area=area))
        return referrals

    def test_takes_nothing_from_a_referral_in_another(self, world: World) -> None:
        [_, second] = self.referred(world, "riverside", "northside")
        together = world.result_of(second)

        world.restart()
        world.handle(a_referral_version(second, person_id=OTHER_PERSON, received=5))
        assert together == world.result_of(second)

    def test_that_a_referral_moves_to_or_from_has_its_later_ones_estimated_again(self, world: World) -> None:
        [first, here, there, elsewhere] = self.referred(world, "northside", "northside", "riverside", "westborough")
        moved = a_referral_version(first, person_id=PERSON, version=2, received=0, amended=30, area="riverside")

        world.handle(moved)

        assert world.causes(here) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert world.causes(there) == [EstimateCause.RECEIVED, EstimateCause.AMENDED]
        assert world.causes(elsewhere) == [EstimateCause.RECEIVED]

    def test_that_was_not_stored_is_filled_when_a_referral_is_republished(self, world: World) -> None:
        """After an upgrade: versions without an area get one, and what draws on them is estimated again."""
        first, second = self.referred(world, "northside", "northside")
        with world.transaction() as tx:
            tx.connection.execute(sa.update(referral_versions).values(area=None, source=None))

        for referral_id, received in ((second, 5), (first, 0)):
            world.handle(a_referral_version(referral_id, person_id=PERSON, received=received))

        assert world.causes(second) == [EstimateCause.RECEIVED] * 3

    def test_keeps_a_link_to_another_without_a_trace(self, world: World) -> None:
        first, second = uuid4(), uuid4()
        world.handle(a_referral_version(first, person_id=PERSON, received=0, area="riverside"))
        world.handle(a_referral_version(second, person_id=OTHER_PERSON, received=5))
        before = list(world.published)

        world.handle(a_match([first, second], [PERSON, PERSON], at=6))

        assert world.published == before
        assert [world.causes(one) for one in (first, second)] == [[EstimateCause.RECEIVED]] * 2

    def test_names_the_source_of_what_it_knows(self, world: World) -> None:
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
        scored = ScoringResult(
            id=uuid4(),
            referral_id=uuid4(),
            referral_version=1,
            person_id=PERSON,
            sequence=1,
            cause=EstimateCause.RECEIVED,
            at=day(1),
            result=replace(an_estimate(), contributions=(part,)),
        )

        with world.transaction() as tx:
            publish_result(scored, tx)
            [event] = tx.events

        [contribution] = ReferralEstimatedV1.decode(envelope.read(event["value"]).data)["contributions"]
        assert (contribution["source_referral_id"], contribution["source"]) == (UUID(int=2), Source.POLICE)
        assert contribution["further_sources"] == [{"referral_id": UUID(int=1), "source": Source.SCHOOL}]


class TestLinkedPersons:
    FIRST, SECOND = UUID(int=11), UUID(int=12)

    def linked(self, world: World) -> tuple[UUID, UUID]:
        first, second = self.FIRST, self.SECOND
        world.handle(
            a_referral_version(first, person_id=PERSON, received=0),
            a_referral_version(second, person_id=OTHER_PERSON, received=5),
            a_match([first, second], [PERSON, PERSON], at=6),
        )
        return first, second

    def test_have_the_later_referral_estimated_again(self, world: World) -> None:
        first, second = self.linked(world)

        assert world.causes(second) == [EstimateCause.RECEIVED, EstimateCause.PERSONS_LINKED]
        assert world.causes(first) == [EstimateCause.RECEIVED]

    def test_go_back_to_the_first_estimate_when_the_link_is_undone(self, world: World) -> None:
        first, second = self.FIRST, self.SECOND
        world.handle(a_referral_version(second, person_id=OTHER_PERSON, received=5))
        alone = world.result_of(second)
        world.handle(
            a_referral_version(first, person_id=PERSON, received=0), a_match([first, second], [PERSON, PERSON], at=6)
        )
        assert world.result_of(second) != alone

        world.handle(a_match([first, second], [PERSON, OTHER_PERSON], at=7, linked=False))

        assert world.causes(second)[-1] is EstimateCause.PERSONS_UNLINKED
        assert world.result_of(second) == alone
        assert world.sequences(second) == [1, 2, 3]

    def test_are_linked_even_if_the_link_comes_before_the_referrals(self, world: World) -> None:
        first, second = self.linked(world)
        in_order = world.result_of(second)

        world.restart()
        world.handle(
            a_match([first, second], [PERSON, PERSON], at=6),
            a_referral_version(second, person_id=OTHER_PERSON, received=5),
            a_referral_version(first, person_id=PERSON, received=0),
        )
        assert world.result_of(second) == in_order

    def test_are_not_changed_by_an_older_event_of_the_match(self, world: World) -> None:
        first, second = self.linked(world)
        late = a_match([first, second], [PERSON, OTHER_PERSON], at=5.5, linked=False)

        world.handle(late)

        assert world.causes(second)[-1] is EstimateCause.PERSONS_LINKED


class TestEstimatingAgain:
    def test_needs_a_model(self, world: World) -> None:
        world.champion = None

        with pytest.raises(NoModel):
            world.handle(Rescore())

    def test_scores_what_had_no_model_and_nothing_else(self, world: World) -> None:
        estimated, waiting = uuid4(), uuid4()
        world.handle(a_referral_version(estimated, person_id=uuid4()))
        world.champion = None
        world.handle(a_referral_version(waiting, person_id=uuid4()))
        world.champion = FakeChampion("2-test")

        done = world.handle(Rescore())

        assert done == 1
        assert world.causes(waiting) == [EstimateCause.RECEIVED, EstimateCause.NEW_MODEL]
        assert world.causes(estimated) == [EstimateCause.RECEIVED]
        assert world.handle(Rescore()) == 0

    def test_scores_everything_by_a_new_champion_when_asked(self, world: World) -> None:
        referral = uuid4()
        world.handle(a_referral_version(referral, person_id=PERSON))
        world.champion = FakeChampion("2-test")

        assert world.handle(Rescore(unscored_only=False)) == 1
        assert world.handle(Rescore(unscored_only=False)) == 0
        assert world.result_of(referral).model_version == "2-test"


class TestAnOutcome:
    def test_is_stored_in_its_highest_version(self, world: World) -> None:
        for version, outcome in ((2, Outcome.SUPPORT_COMPLETED), (1, Outcome.DECLINED)):
            world.handle(
                ApplyOutcome(
                    id=UUID(int=4),
                    version=version,
                    case_id=uuid4(),
                    referral_id=uuid4(),
                    person_id=PERSON,
                    outcome=outcome,
                    at=day(40),
                )
            )

        with world.transaction() as tx:
            assert tx.connection.scalars(sa.select(outcomes.c.outcome)).all() == [Outcome.SUPPORT_COMPLETED]
        assert world.audited == ["outcome.kept"]
