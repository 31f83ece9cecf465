"""Finds referrals by keyed digests of their identifiers and stores which of them are about one person."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters.referral_repository import SqlReferrals
from services.intake.adapters.rows import young_person_of
from services.intake.adapters.tables import identities, referral_versions, referrals, search_keys
from services.intake.application.ports import Candidate, MatchingStep, Member
from services.intake.domain.age import Age
from services.intake.domain.known import Identifier, SearchKey
from services.platform.db.batch import Batch
from services.platform.db.locks import lock


class SqlPeople:
    def __init__(self, batch: Batch, of_referrals: SqlReferrals) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._referrals = of_referrals

    def candidates(self, keys: Sequence[SearchKey], *, excluding: UUID) -> list[Candidate]:
        whole = [key for key in keys if key.is_whole]
        if not whole:
            return []
        # Two referrals of one person at once must see each other: the later one looks when the first has committed.
        lock(self._connection, (bytes.fromhex(key.digest) for key in whole))
        query, values = candidates(keys)
        found = self._connection.scalars(query, {"excluding": excluding, **values}).all()
        if not found:
            return []
        return [_candidate(row) for row in self._connection.execute(_NEWEST, {"ids": found})]

    def count_persons(self, keys: Sequence[SearchKey], *, excluding: UUID) -> Mapping[Identifier, int]:
        if not keys:
            return {}
        digests = [key.digest for key in keys]
        rows = self._connection.execute(_PERSONS, {"digests": digests, "excluding": excluding})
        return {row.identifier: row.persons for row in rows}

    def save_keys(self, referral_id: UUID, keys: Sequence[SearchKey]) -> None:
        for key in keys:
            row = {"digest": key.digest, "identifier": key.identifier, "is_whole": key.is_whole}
            self._batch.insert(search_keys, {"referral_id": referral_id, **row})

    def delete_keys(self, referral_id: UUID) -> None:
        self._connection.execute(_DELETE_KEYS, {"its_id": referral_id})

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

    def behind(self, step: MatchingStep, *, limit: int) -> list[UUID]:
        behind = sa.select(referrals.c.id).where(referrals.c.matching_step < step).limit(limit)
        return list(self._connection.scalars(behind.with_for_update(skip_locked=True)))

    def reached(self, referral_id: UUID, step: MatchingStep) -> None:
        self._connection.execute(
            sa.update(referrals).where(referrals.c.id == referral_id).values(matching_step=int(step))
        )


def candidates(keys: Sequence[SearchKey]) -> tuple[sa.Select[tuple[UUID]], dict[str, Any]]:
    """The referrals that may be about one person, but for the one `excluding`; and the other values that the query takes.

    One shared postcode alone is that of a hostel or a school. One look-up in the index for each whole digest: asked for
    all at once, SQLite reads the whole table.
    """
    whole = [key for key in keys if key.is_whole]
    query = _candidates(tuple((key.identifier, key.is_sufficient) for key in whole))
    digests = {f"digest_{index}": key.digest for index, key in enumerate(whole)}
    return query, digests | {"digests": [key.digest for key in keys]}


@cache
def _candidates(whole: tuple[tuple[Identifier, bool], ...]) -> sa.Select[tuple[UUID]]:
    shared = [_sharing(index, identifier, is_sufficient) for index, (identifier, is_sufficient) in enumerate(whole)]
    return sa.select(sa.union(*shared).subquery().c.referral_id)


def _sharing(index: int, identifier: Identifier, is_sufficient: bool) -> sa.Select[tuple[UUID]]:
    found, beside = search_keys.alias(), search_keys.alias()
    query = sa.select(found.c.referral_id).where(
        found.c.digest == sa.bindparam(f"digest_{index}"), found.c.referral_id != sa.bindparam("excluding")
    )
    if is_sufficient:
        return query
    another = sa.exists().where(
        beside.c.referral_id == found.c.referral_id,
        beside.c.digest.in_(sa.bindparam("digests", expanding=True)),
        beside.c.identifier != identifier,
    )
    return query.where(another)


def _candidate(row: Any) -> Candidate:
    return Candidate(
        referral_id=row.id,
        person_id=row.person_id,
        received_at=row.received_at,
        young_person=young_person_of(row._mapping),
        age=Age(years=row.age, basis=row.age_basis),
        recorded_at=row.recorded_at,
    )


_every = referral_versions.alias()
_newest = (
    sa.select(sa.func.max(_every.c.version))
    .where(_every.c.referral_id == referrals.c.id)
    .correlate(referrals)
    .scalar_subquery()
)
_NEWEST = (
    sa.select(
        referrals.c.id,
        referrals.c.person_id,
        referrals.c.received_at,
        referral_versions.c.age,
        referral_versions.c.age_basis,
        referral_versions.c.recorded_at,
        *(column for column in identities.c if column.name not in ("referral_id", "version")),
    )
    .select_from(referrals)
    .join(
        referral_versions,
        (referral_versions.c.referral_id == referrals.c.id) & (referral_versions.c.version == _newest),
    )
    .join(
        identities,
        (identities.c.referral_id == referrals.c.id) & (identities.c.version == referral_versions.c.version),
    )
    .where(referrals.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(referrals.c.received_at, referrals.c.id)
)
_PERSONS = (
    sa.select(search_keys.c.identifier, sa.func.count(referrals.c.person_id.distinct()).label("persons"))
    .join(referrals, referrals.c.id == search_keys.c.referral_id)
    .where(
        search_keys.c.digest.in_(sa.bindparam("digests", expanding=True)),
        search_keys.c.referral_id != sa.bindparam("excluding"),
    )
    .group_by(search_keys.c.identifier)
)
_DELETE_KEYS = sa.delete(search_keys).where(search_keys.c.referral_id == sa.bindparam("its_id"))
