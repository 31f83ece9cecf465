"""What scoring's stores promise its use cases, on a database of either kind."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from services.contracts.codes import EstimateCause, NotEstimatedReason, Outcome
from services.platform.db.batch import Batch
from services.platform.db.transaction import Transaction
from services.scoring.estimate import NotEstimated, Result, ScoringResult
from services.scoring.referral import Referral
from services.scoring.result_store import Results
from services.scoring.settings import Settings
from services.scoring.store import Matches, Models, Outcomes, Referrals
from tests.factories.scoring import FakeChampion, a_version, an_estimate, day
from tests.integration.scoring.conftest import without_model

PERSON = uuid4()
NO_MODEL = NotEstimated(reason=NotEstimatedReason.MODEL_UNAVAILABLE)


@pytest.fixture
def tx(settings: Settings) -> Iterator[Transaction]:
    with without_model(settings).dispatcher.transaction(actor=None) as transaction:
        yield transaction


def stored_again(tx: Transaction) -> Transaction:
    """Another command's transaction on the same connection, after what this one saved was written."""
    tx.batch.write()
    return Transaction(Batch(tx.connection), at=tx.at, actor=None, correlation_id=tx.correlation_id)


def a_referral(tx: Transaction, *, received: float = 0, person: UUID = PERSON, withdrawn: bool = False) -> Referral:
    """A referral with one version, saved."""
    referral = Referral(id=uuid4(), person_id=person, person_since=day(received))
    facts = {"age": 15, "strengths": ["trusted_adult"], "injury": None}
    referral.add_version(a_version(1, at=received, facts=facts), received_at=day(received))
    if withdrawn:
        referral.withdraw(day(received))
    tx.store(Referrals).save(referral)
    return referral


def give(tx: Transaction, referral: Referral, result: Result) -> None:
    tx.store(Models).add(FakeChampion(), at=day(1))
    referral.sequence += 1
    tx.store(Referrals).save(referral)
    scored = ScoringResult(
        id=uuid4(),
        referral_id=referral.id,
        referral_version=1,
        person_id=referral.person_id,
        sequence=referral.sequence,
        cause=EstimateCause.RECEIVED,
        at=day(30),
        result=result,
    )
    tx.store(Results).save(scored)


class TestReferrals:
    def test_are_read_as_they_were_saved(self, tx: Transaction) -> None:
        referral = a_referral(tx)
        referral.add_version(a_version(2, at=1, facts={"age": 16}), received_at=day(0))
        referral.withdraw(day(2))
        tx.store(Referrals).save(referral)

        assert tx.store(Referrals).get(referral.id) is referral
        assert stored_again(tx).store(Referrals).get(referral.id) == referral

    def test_that_are_unknown_are_none(self, tx: Transaction) -> None:
        assert tx.store(Referrals).get(uuid4()) is None

    def test_of_a_person_are_found_oldest_first(self, tx: Transaction) -> None:
        later, earlier, _ = a_referral(tx, received=2), a_referral(tx, received=1), a_referral(tx, person=uuid4())

        for one in (tx, stored_again(tx)):
            assert [found.id for found in one.store(Referrals).of_person(PERSON)] == [earlier.id, later.id]

    def test_are_found_with_their_new_person_once_moved(self, tx: Transaction) -> None:
        referral, other = a_referral(tx), uuid4()
        referral.belongs_to(other, since=day(3))
        tx.store(Referrals).save(referral)

        for one in (tx, stored_again(tx)):
            assert one.store(Referrals).of_person(PERSON) == []
            assert [found.id for found in one.store(Referrals).of_person(other)] == [referral.id]

    def test_that_wait_for_a_model_are_found_unless_withdrawn(self, tx: Transaction) -> None:
        waiting, withdrawn, estimated = a_referral(tx), a_referral(tx, withdrawn=True), a_referral(tx)
        for referral, result in ((waiting, NO_MODEL), (withdrawn, NO_MODEL), (estimated, an_estimate())):
            give(tx, referral, result)

        referrals = tx.store(Referrals)
        unscored = referrals.not_scored_by("2-test", limit=10, unscored_only=True)
        every = referrals.not_scored_by("2-test", limit=10, unscored_only=False)
        none = referrals.not_scored_by("2-test", limit=0, unscored_only=False)

        assert [referral.id for referral in unscored] == [waiting.id]
        assert {referral.id for referral in every} == {waiting.id, estimated.id}
        assert none == []


class TestResults:
    def test_are_unchanged_when_they_equal_the_current_one(self, tx: Transaction) -> None:
        referral = a_referral(tx)
        give(tx, referral, NO_MODEL)

        for results in (tx.store(Results), stored_again(tx).store(Results)):
            assert results.is_unchanged(referral.id, 1, NO_MODEL)
            assert not results.is_unchanged(referral.id, 2, NO_MODEL)
            assert not results.is_unchanged(referral.id, 1, an_estimate())

    def test_are_changed_when_they_equal_an_earlier_one_only(self, tx: Transaction) -> None:
        referral = a_referral(tx)
        give(tx, referral, NO_MODEL)
        give(tx, referral, an_estimate())

        for results in (tx.store(Results), stored_again(tx).store(Results)):
            assert results.is_unchanged(referral.id, 1, an_estimate())
            assert not results.is_unchanged(referral.id, 1, NO_MODEL)

    def test_differ_by_their_snapshots(self, tx: Transaction) -> None:
        referral = a_referral(tx)
        give(tx, referral, an_estimate(digest="one"))

        for results in (tx.store(Results), stored_again(tx).store(Results)):
            assert not results.is_unchanged(referral.id, 1, an_estimate(digest="other"))


class TestVersions:
    def test_of_a_match_only_go_up(self, tx: Transaction) -> None:
        match, matches = uuid4(), tx.store(Matches)

        stored = [matches.upsert_if_newer({"id": match, "version": version}) for version in (2, 2, 1, 3)]

        assert stored == [True, False, False, True]
        assert not stored_again(tx).store(Matches).upsert_if_newer({"id": match, "version": 3})

    def test_of_an_outcome_only_go_up(self, tx: Transaction) -> None:
        ids = {"id": UUID(int=4), "case_id": UUID(int=5), "referral_id": UUID(int=6), "person_id": PERSON}
        outcomes = tx.store(Outcomes)

        stored = [
            outcomes.upsert_if_newer({**ids, "version": version, "outcome": Outcome.DECLINED, "at": day(5)})
            for version in (2, 1, 2, 3)
        ]

        assert stored == [True, False, False, True]

    def test_of_a_model_are_added_once(self, tx: Transaction) -> None:
        models = tx.store(Models)

        added = [models.add(FakeChampion(version), at=day(1)) for version in ("1-test", "1-test", "2-test")]

        assert added == [True, False, True]
        assert not stored_again(tx).store(Models).add(FakeChampion("2-test"), at=day(2))
