"""Finds referrals by keyed digests of their identifiers, and says which of them are about one person."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters.referral_repository import SqlReferrals
from services.intake.adapters.tables import births, identifiers, referrals
from services.intake.application.ports import Candidate, Member
from services.intake.domain.matching import ENOUGH_TO_WONDER, Digests, Identifier, Known
from services.kernel.db.batch import Batch
from services.kernel.db.holding import hold


class SqlPeople:
    def __init__(self, batch: Batch, of_referrals: SqlReferrals) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._referrals = of_referrals

    def sharing(self, digests: Digests, *, but: UUID) -> list[Candidate]:
        if not digests:
            return []
        # Two referrals of one person at once must see each other: the later one looks when the first has committed.
        hold(self._connection, map(bytes.fromhex, digests.values()))
        shared = {kind.value: digest for kind, digest in digests.items()}
        found = self._connection.execute(_candidates(frozenset(digests)), {"but": but, **shared}).all()
        known = self._digests([row.id for row in found])
        return [
            Candidate(
                referral_id=row.id,
                person_id=row.person_id,
                received_at=row.received_at,
                known=Known(digests=known[row.id], born_about=row.born_about),
            )
            for row in found
        ]

    def remember(self, referral_id: UUID, known: Known) -> None:
        for kind, digest in known.digests.items():
            self._batch.insert(identifiers, {"referral_id": referral_id, "kind": kind.value, "digest": digest})
        self._batch.insert(births, {"referral_id": referral_id, "born_about": known.born_about})

    def forget(self, referral_id: UUID) -> None:
        for statement in _FORGET:
            self._connection.execute(statement, {"its_id": referral_id})

    def members(self, person_ids: Collection[UUID]) -> list[Member]:
        query = sa.select(referrals.c.id, referrals.c.person_id, referrals.c.received_at).where(
            referrals.c.person_id.in_(person_ids)
        )
        return [
            Member(referral_id=row.id, person_id=row.person_id, received_at=row.received_at)
            for row in self._connection.execute(query)
        ]

    def move(self, referral_id: UUID, person_id: UUID) -> None:
        self._referrals.moved(referral_id, person_id)

    def _digests(self, referral_ids: Collection[UUID]) -> dict[UUID, dict[Identifier, str]]:
        found: dict[UUID, dict[Identifier, str]] = {referral_id: {} for referral_id in referral_ids}
        if not found:
            return found
        query = sa.select(identifiers).where(identifiers.c.referral_id.in_(referral_ids))
        for row in self._connection.execute(query):
            found[row.referral_id][Identifier(row.kind)] = row.digest
        return found


@cache
def _candidates(kinds: frozenset[Identifier]) -> sa.Select[Any]:
    return (
        sa.select(referrals.c.id, referrals.c.person_id, referrals.c.received_at, births.c.born_about)
        .join(births, births.c.referral_id == referrals.c.id)
        .where(referrals.c.id.in_(sharing_enough(kinds)))
        .order_by(referrals.c.received_at, referrals.c.id)
    )


def sharing_enough(kinds: Collection[Identifier]) -> sa.Select[tuple[UUID]]:
    """The referrals that may be about one person: one shared postcode alone is that of a hostel or a school.

    Takes a digest under the name of each kind, and as `but` the referral that is looked for. One look-up in the index
    for each digest: asked for all at once, SQLite reads the whole table.
    """
    shared = sa.union_all(*map(_sharing, sorted(kinds))).subquery()
    enough = sa.func.sum(shared.c.weight) >= ENOUGH_TO_WONDER
    return sa.select(shared.c.referral_id).group_by(shared.c.referral_id).having(enough)


def _sharing(kind: Identifier) -> sa.Select[tuple[UUID, int]]:
    weight = ENOUGH_TO_WONDER if kind is Identifier.NHS_NUMBER else 1
    return sa.select(identifiers.c.referral_id, sa.literal(weight).label("weight")).where(
        identifiers.c.digest == sa.bindparam(kind.value),
        identifiers.c.kind == kind.value,
        identifiers.c.referral_id != sa.bindparam("but"),
    )


_FORGET = [sa.delete(table).where(table.c.referral_id == sa.bindparam("its_id")) for table in (identifiers, births)]
