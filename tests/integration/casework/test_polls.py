"""The events of one poll take few statements together, and leave what they would leave one by one."""

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.casework.adapters import review_tables, tables, version_tables
from services.casework.adapters.prefetch import prefetch
from services.casework.adapters.tables import platform
from services.casework.adapters.unit_of_work import SqlUnitOfWork
from services.casework.application import on_events
from services.casework.application.claim_review import ClaimReview
from services.casework.application.decide_review import AddBasis, DecideReview, decide_review
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal, on_withdrawal
from services.casework.application.record_own_view import RecordOwnView
from services.contracts import envelope
from services.contracts.codes import LawfulBasis, Pathway, RecipientClass, SupportLevel, Sureness
from services.platform.dispatcher import EventCommand
from tests.factories import reviews as make
from tests.integration.casework.review_world import ReviewWorld
from tests.statements import asked_of
from tests.waiting import wait_until

NewDatabase = Callable[[str], str]
_OWN = frozenset({"id", "review_id"})
"""What casework makes up itself, of a review."""
_READER = make.a_reader()


@pytest.fixture
def worlds(new_database: NewDatabase) -> Iterator[tuple[ReviewWorld, ReviewWorld]]:
    both = ReviewWorld(new_database("casework")), ReviewWorld(new_database("casework"))
    yield both
    for world in both:
        world.close()


def poll(world: ReviewWorld, *commands: object) -> None:
    """As a worker does with the events of one poll."""
    body = [EventCommand(command=one, event_id=uuid4(), **_BASIS_FIELDS) for one in commands]
    world.service.dispatcher.handle_events(body)


_BASIS_FIELDS: dict[str, Any] = {
    "event_type": "intake.referral.received",
    "written_at": make.RECEIVED_AT,
    "correlation_id": UUID(int=1),
}


class Happening:
    """Events of a few referrals that may be about one young person, in no order, some of them twice."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)  # noqa: S311 (nothing here is secret)
        self.referrals = [self._id() for _ in range(6)]
        self._persons = [self._id() for _ in range(3)]
        self._matches = [self._id() for _ in range(2)]

    def events(self, count: int) -> list[object]:
        kinds = [self._referral, self._match, self._withdrawal] * 3 + [self._words, self._estimate]
        return [self._chance.choice(kinds)(self._chance.choice(self.referrals)) for _ in range(count)]

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def _referral(self, referral_id: UUID) -> ApplyReferral:
        version = self._chance.randrange(1, 6)
        body = self._chance.sample(list(RecipientClass)[1:], 2)
        content = {
            "reference": "R-000001",
            "person_id": self._chance.choice(self._persons),
            "version": version,
            "area": self._chance.choice(["northside", "westborough"]),
            "amended_at": None if version == 1 else make.after(20 * version).isoformat(),
            "facts": {"immediate_danger": self._chance.choice(["yes", "no"])},
        }
        return ApplyReferral(make.a_referral_event(*body, referral_id=referral_id, **content))

    def _match(self, referral_id: UUID) -> on_events.ApplyMatch:
        other = self._chance.choice([one for one in self.referrals if one != referral_id])
        event = {
            "match_id": self._chance.choice(self._matches),
            "version": self._chance.randrange(1, 5),
            "state": "linked",
            "referral_ids": [referral_id, other],
            "person_ids": [self._chance.choice(self._persons) for _ in range(2)],
            "agreeing": ["name"],
            "contradicting": [],
            "changed_at": make.after(self._chance.randrange(100)),
        }
        return on_events.ApplyMatch(event)

    def _withdrawal(self, referral_id: UUID) -> ApplyWithdrawal:
        event = make.a_withdrawal_event(referral_id, version=self._chance.randrange(2, 7))
        return ApplyWithdrawal(event | {"person_id": self._persons[0]})

    def _words(self, referral_id: UUID) -> object:
        version = self._chance.randrange(1, 5)
        if self._chance.choice([True, False]):
            return on_events.ApplyIdentity(make.an_identity_event(referral_id, version=version, name=f"Name {version}"))
        return on_events.ApplyNarrative(make.a_narrative_event(referral_id, version=version, concern=f"Text {version}"))

    def _estimate(self, referral_id: UUID) -> object:
        content = {"referral_version": self._chance.randrange(1, 3), "sequence": self._chance.randrange(1, 3)}
        event = make.a_refusal_event(referral_id, **content) | {"person_id": self._persons[0]}
        return on_events.ApplyNoEstimate(event)


def people_act(world: ReviewWorld, referrals: list[UUID]) -> None:
    """Once: of the reviews that there are, one is opened and viewed, one is decided, and bases are added."""
    if world.rows(review_tables.own_views):
        return
    for reviewer in (make.REVIEWER, make.COLLEAGUE):
        world.reviewer(reviewer)
    found = {row["referral_id"]: row["id"] for row in world.rows(review_tables.reviews, area="northside")}
    known = [found[referral_id] for referral_id in referrals if referral_id in found]
    revisions = {row["id"]: row["revision"] for row in world.rows(review_tables.reviews)}
    for review_id in known[:2]:
        world.run(ClaimReview(review_id=review_id, reader=_READER))
        content = {
            "level": SupportLevel.PLANNED,
            "sureness": Sureness.FAIRLY,
            "why": "Wants help.",
            "revision": revisions[review_id],
        }
        world.run(RecordOwnView(review_id=review_id, reader=_READER, **content))
        adult = {"recipient": RecipientClass.ADULT_SERVICES, "basis": LawfulBasis.PUBLIC_TASK, "reason": "Asked."}
        adult["revision"] = revisions[review_id]
        world.run(AddBasis(review_id=review_id, reader=_READER, **adult))
    for review_id in known[1:2]:
        world.run(a_decision(review_id, revisions[review_id]))


def a_decision(review_id: UUID, revision: int = 1) -> DecideReview:
    what = {"level": SupportLevel.NONE, "pathway": Pathway.NO_FURTHER_ACTION, "reasons": "No.", "revision": revision}
    return DecideReview(review_id=review_id, reader=_READER, **what)


def stored(world: ReviewWorld) -> dict[str, Any]:
    """Every row of what was heard, what was audited, and what there is to tell."""
    of = [tables.referrals, tables.persons, tables.bases, tables.identities, tables.narratives]
    of += [getattr(review_tables, name) for name in ("reviews", "estimates", "matches", "withdrawals", "progress")]
    of.append(version_tables.referral_versions)
    found = {table.name: sorted(repr(_shown(row)) for row in world.rows(table)) for table in of}
    changes = sorted(repr(_shown(row)) for row in world.rows(review_tables.follow_ups))
    with world.database.read() as connection:
        audited = sorted(connection.scalars(sa.select(platform.audit_rows.c.what)))
        values = connection.scalars(sa.select(platform.outbox.c.value).order_by(platform.outbox.c.position)).all()
    body = [(one.type, repr(_shown(one.data))) for one in map(envelope.read, values)]
    return {**found, "changes": changes, "audited": audited, "told": body}


def _shown(row: Any) -> list[tuple[str, Any]]:
    own = _OWN if "review_id" in row or "referrer_key" in row else frozenset()
    return sorted((name, value) for name, value in row.items() if name not in own)


class TestTheEventsOfAPoll:
    @pytest.mark.parametrize("seed", range(3))
    def test_leave_what_they_leave_one_by_one(self, worlds: tuple[ReviewWorld, ReviewWorld], seed: int) -> None:
        together, apart = worlds
        happening = Happening(seed)

        for events in (happening.events(40), happening.events(40)):
            poll(together, *events)
            for one in events:
                poll(apart, one)
            for world in worlds:
                people_act(world, happening.referrals)

        assert stored(together) == stored(apart)

    def test_leave_a_review_with_whom_a_match_says_it_is_about(self, review_world: ReviewWorld) -> None:
        """What comes after the match writes the whole review again."""
        first, second, linked = review_world.referral(), review_world.referral(), uuid4()
        event = {
            "match_id": uuid4(),
            "version": 1,
            "state": "linked",
            "referral_ids": [first.id, second.id],
            "person_ids": [linked, linked],
            "agreeing": ["name"],
            "contradicting": [],
            "changed_at": make.after(40),
        }

        poll(review_world, on_events.ApplyMatch(event), ApplyWithdrawal(make.a_withdrawal_event(second.id)))

        [review] = review_world.rows(review_tables.reviews, referral_id=second.id)
        assert (review["person_id"], review["withdrawal_asked_at"]) == (linked, make.after(60))

    def test_take_few_statements_for_many_new_referrals(self, review_world: ReviewWorld) -> None:
        poll(review_world, ApplyReferral(make.a_referral_event()))

        new = [ApplyReferral(make.a_referral_event()) for _ in range(30)]

        assert asked(review_world, *new) <= 15

    def test_take_few_statements_for_all_events_of_many(self, review_world: ReviewWorld) -> None:
        ids = [uuid4() for _ in range(10)]
        body = [ApplyReferral(make.a_referral_event(referral_id=one)) for one in ids]
        words = [on_events.ApplyNarrative(make.a_narrative_event(one)) for one in ids]
        names = [on_events.ApplyIdentity(make.an_identity_event(one)) for one in ids]
        answers = [on_events.ApplyEstimate(make.an_estimate_event(one)) for one in ids]

        assert asked(review_world, *body, *words, *names, *answers) <= 18

    def test_take_no_more_statements_for_known_versions(self, review_world: ReviewWorld) -> None:
        body = [ApplyReferral(make.a_referral_event()) for _ in range(30)]
        poll(review_world, *body)

        assert asked(review_world, *body) <= 12


def asked(world: ReviewWorld, *commands: object) -> int:
    with asked_of(world.service) as statements:
        poll(world, *commands)
    return len(statements)


class TestAPollAndAPerson:
    def test_who_decides_at_the_same_moment_is_not_overwritten(self, review_world: ReviewWorld) -> None:
        """The poll begins before the person's transaction ends; it waits, and finds the review decided."""
        decided, other = review_world.referral(), review_world.referral()
        content = {"level": SupportLevel.NONE, "sureness": Sureness.FAIRLY, "why": "Safe.", "revision": 1}
        review_world.run(RecordOwnView(review_id=decided.review_id, reader=_READER, **content))
        amended = [ApplyReferral(one.event | {"version": 2, "amended_at": make.after(20)}) for one in (other, decided)]
        hearing = Thread(target=poll, args=(review_world, *amended))

        with review_world.service.dispatcher.transaction(actor=make.REVIEWER) as transaction:
            decide_review(a_decision(decided.review_id), SqlUnitOfWork(transaction, Policy()))
            hearing.start()
            wait_until(lambda: review_world.database.is_sqlite or waits(review_world), what="the poll to wait")
        hearing.join(20)

        [review] = review_world.rows(review_tables.reviews, id=decided.review_id)
        [change] = review_world.rows(review_tables.follow_ups)
        assert (review["state"], review["referral_version"]) == ("decided", 1)
        assert (change["review_id"], change["referral_version"]) == (decided.review_id, 2)
        assert [row["referral_version"] for row in review_world.rows(review_tables.reviews, id=other.review_id)] == [2]


class TestTwoPolls:
    def test_of_a_referral_and_its_withdrawal_leave_a_review_that_knows_of_it(self, review_world: ReviewWorld) -> None:
        """Two readers hear of them at the same moment. The later one waits, and sees what the other has written."""
        event = make.a_referral_event()
        withdrawal = ApplyWithdrawal(make.a_withdrawal_event(event["referral_id"]))
        hearing = Thread(target=poll, args=(review_world, ApplyReferral(event)))

        with review_world.service.dispatcher.transaction(actor=None) as transaction:
            prefetch(transaction.batch, [withdrawal])
            on_withdrawal(withdrawal, SqlUnitOfWork(transaction, Policy()))
            hearing.start()
            wait_until(lambda: review_world.database.is_sqlite or waits(review_world), what="the poll to wait")
        hearing.join(20)

        [review] = review_world.rows(review_tables.reviews)
        assert review["withdrawal_asked_at"] == withdrawal.event["withdrawn_at"]


class Policy:
    review_hours: Any = None
    case_hours: Any = None


def waits(world: ReviewWorld) -> datetime | None:
    """Since when a statement of this database waits for a lock."""
    with world.database.read() as connection:
        schema = connection.scalar(sa.text("SELECT current_schema()"))
        waiting = sa.text(
            "SELECT max(query_start) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = :schema"
        )
        since: datetime | None = connection.scalar(waiting, {"schema": schema})
    return since
