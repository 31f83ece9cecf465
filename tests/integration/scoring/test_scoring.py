"""Scoring from event to stored estimate, on a real model and both databases."""

from collections.abc import Iterator
from math import exp
from random import Random
from threading import Thread
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.codes import EstimateCause, NotEstimatedReason, WhatHappened
from services.contracts.scoring import ModelDescribedV2, ReferralEstimatedV1, ReferralNotEstimatedV1
from services.platform.service import Service
from services.scoring import replay as replays
from services.scoring.bootstrap import build_champions
from services.scoring.estimate import TOLERANCE, AnswerLimits
from services.scoring.on_events import on_referral
from services.scoring.replay import replay
from services.scoring.rescore import rescore
from services.scoring.result_store import Results
from services.scoring.score import Scorer
from services.scoring.settings import Settings
from services.scoring.tables import estimates, platform, referral_versions, results
from tests import figures
from tests.factories import small_model
from tests.factories.scoring import a_referral_version
from tests.integration.scoring.conftest import without_model
from tests.integration.scoring.events import amended, handle, match, received, withdrawn

PERSON, OTHER_PERSON = uuid4(), uuid4()


def rows(service: Service, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[sa.Row[tuple[object, ...]]]:
    with service.database.read() as connection:
        return list(connection.execute(sa.select(table).where(*where)))


def current(service: Service, referral: UUID) -> sa.Row[tuple[object, ...]]:
    [row] = rows(service, results, results.c.referral_id == referral, results.c.is_current)
    return row


def sent(service: Service) -> Iterator[envelope.Envelope]:
    for row in rows(service, platform.outbox):
        yield envelope.read(row.value)


class TestAReceivedReferral:
    def test_has_one_estimate_whose_parts_give_it(self, service: Service) -> None:
        handle(service, received(uuid4(), PERSON))

        [estimated] = [ReferralEstimatedV1.decode(e.data) for e in sent(service) if e.type == ReferralEstimatedV1.type]
        parts = estimated["base_log_odds"] + sum(part["log_odds"] for part in estimated["contributions"])
        assert abs(1 / (1 + exp(-parts)) - estimated["probability"]) < TOLERANCE
        assert estimated["invented_data"] is True
        assert len(rows(service, estimates)) == 1

    def test_shows_which_values_the_model_has_seen_too_few_of(self, service: Service) -> None:
        handle(service, received(uuid4(), PERSON, what_happened=[WhatHappened.FIREARM], injury=None))

        [estimated] = [ReferralEstimatedV1.decode(e.data) for e in sent(service) if e.type == ReferralEstimatedV1.type]
        assert [part["feature"] for part in estimated["contributions"] if part["few_seen"]] == ["firearm_or_corrosive"]
        [stored] = rows(service, estimates)
        assert [part["feature"] for part in stored.contributions if part["few_seen"]] == ["firearm_or_corrosive"]

    def test_is_published_after_the_description_of_its_model(self, service: Service) -> None:
        handle(service, received(uuid4(), PERSON))

        assert [e.type for e in sent(service)] == [ModelDescribedV2.type, ReferralEstimatedV1.type]

    def test_is_stored_with_the_inputs_of_its_estimate(self, service: Service) -> None:
        referral = uuid4()

        handle(service, received(referral, PERSON))

        [estimate], [stated] = rows(service, estimates), rows(service, referral_versions)
        assert estimate.snapshot["values"]
        assert len(estimate.code_version) == 16
        assert estimate.model_version.startswith("1-")
        assert stated.facts["injury"] == "needs_treatment"
        assert current(service, referral).cause is EstimateCause.RECEIVED

    def test_leaves_one_audit_row(self, service: Service) -> None:
        referral = uuid4()

        handle(service, received(referral, PERSON))

        assert [(row.what, row.subject_id) for row in rows(service, platform.audit_rows)] == [
            ("estimate.given", str(referral))
        ]

    def test_is_scored_once_however_often_it_arrives(self, service: Service) -> None:
        referral = uuid4()
        event = received(referral, PERSON)

        news = [handle(service, event), handle(service, event), handle(service, received(referral, PERSON))]

        assert news == [1, 0, 1]
        assert len(rows(service, results)) == 1
        assert len(list(sent(service))) == 2

    def test_with_too_little_known_is_not_estimated_and_says_so(self, service: Service) -> None:
        referral = uuid4()

        handle(
            service,
            received(
                referral, PERSON, age=None, what_happened=[], involvement=[], injury=None, retaliation_feared=None
            ),
        )

        assert current(service, referral).reason is NotEstimatedReason.TOO_LITTLE_INFORMATION
        assert [e.type for e in sent(service)][-1] == ReferralNotEstimatedV1.type
        assert rows(service, estimates) == []

    def test_at_an_age_the_model_never_saw_is_not_estimated(self, service: Service) -> None:
        referral = uuid4()

        handle(service, received(referral, PERSON, age=61))

        row = current(service, referral)
        assert row.reason is NotEstimatedReason.OUT_OF_RANGE
        assert row.out_of_range == ["age"]


class TestWithoutAModel:
    def test_is_not_estimated_until_there_is_one(self, settings: Settings) -> None:
        service = without_model(settings)
        referral = uuid4()
        handle(service, received(referral, PERSON))
        before = current(service, referral)

        small_model.save(settings.models_folder)
        done = rescore(service.dispatcher)

        after = current(service, referral)
        assert before.reason is NotEstimatedReason.MODEL_UNAVAILABLE
        assert (done, after.cause, after.reason) == (1, EstimateCause.NEW_MODEL, None)

    def test_is_degraded_but_ready(self, settings: Settings) -> None:
        service = without_model(settings)

        response = service.app.test_client().get("/scoring/health/ready")

        assert (response.status_code, response.get_json()) == (200, {"status": "degraded"})
        assert figures.checks(service)["model"] is False


class TestAnotherChampion:
    def test_is_used_as_soon_as_it_is_current(self, service: Service, settings: Settings) -> None:
        first, second = uuid4(), uuid4()
        handle(service, received(first, PERSON))

        small_model.save(settings.models_folder, number=2, seed=8)
        handle(service, received(second, OTHER_PERSON))

        assert str(current(service, first).model_version).startswith("1-")
        assert str(current(service, second).model_version).startswith("2-")

    def test_estimates_everything_again_when_asked(self, service: Service, settings: Settings) -> None:
        referrals = [uuid4() for _ in range(3)]
        handle(service, *(received(referral, uuid4()) for referral in referrals))
        small_model.save(settings.models_folder, number=2, seed=8)

        done = rescore(service.dispatcher, everything=True)

        assert done == 3
        assert {current(service, referral).sequence for referral in referrals} == {2}


class TestWhateverTheOrder:
    def story(self, referrals: list[UUID]) -> list[bytes]:
        first, second, third, fourth = referrals
        person, other, match_id = uuid4(), uuid4(), uuid4()
        return [
            received(first, person, at=0, mental_health_need=True),
            received(second, other, at=5, peers_in_violence=True),
            match(match_id, [first, second], [person, person], version=1, at=6),
            amended(first, person, version=2, received_at=0, at=7, mental_health_need=False),
            received(third, person, at=8),
            match(match_id, [first, second], [person, other], version=2, at=9),
            match(match_id, [first, second], [person, person], version=3, at=10),
            amended(second, person, version=2, received_at=5, at=11, often_absent=True),
            received(fourth, person, at=11.5, area="riverside"),
            amended(first, person, version=3, received_at=0, at=11.7, area="riverside", mental_health_need=True),
            amended(first, person, version=4, received_at=0, at=11.8, area="riverside", mental_health_need=False),
            amended(fourth, person, version=2, received_at=11.5, at=11.9, area="riverside", often_absent=True),
            amended(first, person, version=5, received_at=0, at=12, area="riverside", mental_health_need=True),
            withdrawn(third, person, version=2, at=12),
        ]

    def current_estimates(self, service: Service, referrals: list[UUID]) -> list[tuple[object, ...]]:
        query = (
            sa.select(results.c.referral_version, estimates.c.probability, estimates.c.snapshot)
            .join(estimates, estimates.c.id == results.c.estimate_id)
            .where(results.c.is_current)
        )
        with service.database.read() as connection:
            found = []
            for referral in referrals:
                [row] = connection.execute(query.where(results.c.referral_id == referral)).all()
                # Each stated of the story has referrals of its own.
                snapshot = repr(row.snapshot)
                for place, one in enumerate(referrals):
                    snapshot = snapshot.replace(str(one), f"referral {place}")
                found.append((row.referral_version, row.probability, snapshot))
            return found

    def test_the_same_events_give_the_same_current_estimates(self, service: Service) -> None:
        in_order = [uuid4() for _ in range(4)]
        for event in self.story(in_order):
            handle(service, event)
        expected = self.current_estimates(service, in_order)

        for seed in range(12):
            referrals = [uuid4() for _ in range(4)]
            mixed = self.story(referrals) * 2
            Random(seed).shuffle(mixed)  # noqa: S311 (an order, not a secret)
            for event in mixed:
                handle(service, event)
            assert self.current_estimates(service, referrals) == expected

    def test_an_undone_link_brings_back_the_same_estimate(self, service: Service) -> None:
        first, second = uuid4(), uuid4()
        match_id = uuid4()
        handle(service, received(first, PERSON, at=0), received(second, OTHER_PERSON, at=5))
        alone = current(service, second)

        handle(service, match(match_id, [first, second], [PERSON, PERSON], version=1, at=6))
        linked = current(service, second)
        handle(service, match(match_id, [first, second], [PERSON, OTHER_PERSON], version=2, at=7))

        undone = current(service, second)
        assert linked.estimate_id != alone.estimate_id
        assert undone.estimate_id == alone.estimate_id
        assert (undone.sequence, undone.cause) == (3, EstimateCause.PERSONS_UNLINKED)


class TestTwoWorkers:
    def test_do_not_miss_each_others_referrals_of_one_person(self, service: Service, settings: Settings) -> None:
        first, second = uuid4(), uuid4()
        scorer = Scorer(current=build_champions(settings).current, limits=AnswerLimits(), demonstration=True)

        with service.dispatcher.transaction(actor=None) as slow:
            facts = {"age": 15, "injury": "minor", "self_harm_12m": True, "what_happened": ["threat"]}
            on_referral(a_referral_version(first, person_id=PERSON, received=1, facts=facts), slow, scorer)
            other = Thread(target=handle, args=(service, received(second, PERSON, at=5)))
            other.start()
            other.join(timeout=1)  # it waits for us; if it did not, it would be done by now
        other.join(timeout=20)

        alone = uuid4()
        handle(service, received(alone, OTHER_PERSON, at=5))
        assert current(service, second).snapshot_digest != current(service, alone).snapshot_digest


class TestTheDatabase:
    def test_refuses_a_second_current_result(self, service: Service) -> None:
        handle(service, received(uuid4(), PERSON))

        with pytest.raises(sa.exc.IntegrityError):
            self.repeat(service, results, sequence=2)
        self.repeat(service, results, sequence=2, is_current=False)

    def test_refuses_the_same_estimate_twice(self, service: Service) -> None:
        handle(service, received(uuid4(), PERSON))

        with pytest.raises(sa.exc.IntegrityError):
            self.repeat(service, estimates)
        self.repeat(service, estimates, snapshot_digest="another")

    def repeat(self, service: Service, table: sa.Table, **changes: object) -> None:
        """Write the only row of a table once more, with changes."""
        with service.database.write() as connection:
            held = dict(connection.execute(sa.select(table)).mappings().one())
            connection.execute(sa.insert(table).values({**held, "id": uuid4(), **changes}))

    @pytest.mark.parametrize(
        "wrong", [{"estimate_id": None}, {"reason": NotEstimatedReason.TURNED_OFF}, {"sequence": 0}]
    )
    def test_refuses_a_result_with_neither_or_both(self, service: Service, wrong: dict[str, object]) -> None:
        handle(service, received(uuid4(), PERSON))

        with pytest.raises(sa.exc.IntegrityError), service.database.write() as connection:
            connection.execute(sa.update(results).values(wrong))

    def test_stores_nothing_of_a_batch_that_fails(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(Results, "save", fail)

        with pytest.raises(RuntimeError):
            handle(service, received(uuid4(), PERSON))

        assert [rows(service, table) for table in (referral_versions, results, platform.inbox, platform.outbox)] == [
            []
        ] * 4


class TestAStoredEstimate:
    def test_is_replayed_to_the_last_bit(self, service: Service, settings: Settings) -> None:
        # The youngest are marked as hardly seen: the mark is replayed too.
        handle(service, *(received(uuid4(), uuid4(), age=10 + number) for number in range(15)))
        champions = build_champions(settings)

        with service.database.read() as connection:
            ids = connection.scalars(sa.select(results.c.id)).all()
            replayed = [replay(connection, answer, champions) for answer in ids]

        assert len(replayed) == 15
        assert all(one.same and one.same_code for one in replayed)

    def test_is_seen_to_differ_by_one_bit(self, service: Service, settings: Settings) -> None:
        handle(service, received(uuid4(), PERSON))
        champions = build_champions(settings)

        with service.database.write() as connection:
            answer = connection.scalars(sa.select(results.c.id)).one()
            connection.execute(sa.update(estimates).values(base_log_odds=estimates.c.base_log_odds + 1e-15))
            replayed = replay(connection, answer, champions)

        assert replayed.differing == ("base_log_odds",)

    def test_that_never_was_is_not_found(self, service: Service, settings: Settings) -> None:
        with pytest.raises(replays.NoSuchEstimate), service.database.read() as connection:
            replay(connection, uuid4(), build_champions(settings))
