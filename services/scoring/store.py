"""Stores referrals, and rows of which only the newest version counts. `tx.store(Referrals)` gives one per batch."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import NotEstimatedReason
from services.platform.db.batch import Batch
from services.platform.db.locks import lock
from services.platform.db.published_events import SqlHandledEvents
from services.platform.db.republish_jobs import SqlRepublishJobs
from services.platform.db.upsert import insert_or_ignore
from services.scoring import tables
from services.scoring.champion.port import Champion
from services.scoring.queries import as_described
from services.scoring.referral import Referral, ReferralVersion
from services.scoring.tables import models, referral_versions, referrals, results

_CHANGE = sa.update(referrals).where(referrals.c.id == sa.bindparam("changed"))
_FILL = sa.update(referral_versions).where(
    referral_versions.c.referral_id == sa.bindparam("its_id"),
    referral_versions.c.version == sa.bindparam("its_version"),
)
_LAST = datetime.max.replace(tzinfo=UTC)


class Referrals:
    """Within one batch the same referral is the same object: a command finds what the one before it saved.

    Rows are locked when read, so that two workers cannot score one referral at the same time (PostgreSQL).
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._loaded: dict[UUID, Referral | None] = {}
        """None for an id that does not exist."""
        self._stored: dict[UUID, dict[str, Any]] = {}
        self._stored_versions: dict[UUID, dict[int, ReferralVersion]] = {}
        self._by_person: dict[UUID, dict[UUID, Referral]] = {}
        """By their stored person. Complete for the persons that are locked."""
        self._locked: set[UUID] = set()

    @property
    def stored_ids(self) -> set[UUID]:
        """Of the referrals that this batch has read or saved."""
        return set(self._stored)

    def load(self, referral_ids: Collection[UUID], person_ids: Collection[UUID]) -> None:
        """Load these referrals, and all referrals of these persons and of the persons they are about."""
        if referral_ids:
            query = sa.select(referrals.c.person_id).where(referrals.c.id.in_(referral_ids))
            self._read({*person_ids, *self._connection.scalars(query)}, set(referral_ids))

    def get(self, referral_id: UUID) -> Referral | None:
        if referral_id not in self._loaded:
            self._read(set(), {referral_id})
        return self._loaded[referral_id]

    def of_person(self, person_id: UUID) -> list[Referral]:
        """Oldest first."""
        if person_id not in self._locked:
            self._read({person_id}, set())
        found = self._by_person.get(person_id, {}).values()
        return sorted(found, key=lambda referral: (referral.received_at or _LAST, referral.id))

    def save(self, referral: Referral) -> None:
        row, stored = _to_row(referral), self._stored.get(referral.id)
        if stored is None or self._batch.waits(referrals, of=referral.id):
            self._batch.insert(referrals, {"id": referral.id, **row}, of=referral.id)
        elif row != stored:
            self._batch.later(_CHANGE, {"changed": referral.id, **row}, of=referral.id)
        if stored is not None:
            del self._by_person[stored["person_id"]][referral.id]
        self._remember(referral, row)
        self._save_versions(referral)

    def not_scored_by(self, model_version: str, *, limit: int, unscored_only: bool) -> list[Referral]:
        """Referrals not withdrawn whose current result is not this model's; or only those that had no model at all."""
        if unscored_only:
            waiting = results.c.reason == NotEstimatedReason.MODEL_UNAVAILABLE
        else:
            waiting = sa.or_(results.c.model_version.is_(None), results.c.model_version != model_version)
        query = (
            sa.select(referrals.c.id)
            .join(results, sa.and_(results.c.referral_id == referrals.c.id, results.c.is_current))
            .where(referrals.c.withdrawn_at.is_(None), waiting)
            .order_by(referrals.c.received_at, referrals.c.id)
            .limit(limit)
        )
        found = self._connection.scalars(query).all()
        self.load(found, ())
        return [referral for referral in map(self.get, found) if referral is not None]

    def _read(self, person_ids: set[UUID], referral_ids: set[UUID]) -> None:
        """Lock the persons, then read and lock the rows of their referrals and of these."""
        # One transaction at a time per person: two that do not see each other would both miss a late fact.
        lock(self._connection, (person_id.bytes for person_id in person_ids))
        wanted = sa.or_(referrals.c.person_id.in_(person_ids), referrals.c.id.in_(referral_ids))
        query = sa.select(referrals).where(wanted).order_by(referrals.c.id).with_for_update()
        new = [row for row in self._connection.execute(query).all() if row.id not in self._stored]
        versions = self._versions_of([row.id for row in new])
        for row in new:
            referral = _to_referral(row, versions.get(row.id, ()))
            self._remember(referral, _to_row(referral))
            self._stored_versions[row.id] = dict(referral.referral_versions)
        self._loaded.update(dict.fromkeys(referral_ids - self._loaded.keys()))
        self._locked |= person_ids

    def _remember(self, referral: Referral, row: dict[str, Any]) -> None:
        self._loaded[referral.id] = referral
        self._stored[referral.id] = row
        self._by_person.setdefault(referral.person_id, {})[referral.id] = referral

    def _save_versions(self, referral: Referral) -> None:
        stored = self._stored_versions.setdefault(referral.id, {})
        for version, stated in referral.referral_versions.items():
            if version not in stored:
                row = {"referral_id": referral.id, **vars(stated), "facts": dict(stated.facts)}
                self._batch.insert(referral_versions, row)
            elif stated is not stored[version]:
                filled = {"area": stated.area, "source": stated.source}
                self._batch.later(
                    _FILL, {"its_id": referral.id, "its_version": version, **filled}, of=(referral.id, version)
                )
            stored[version] = stated

    def _versions_of(self, referral_ids: Collection[UUID]) -> dict[UUID, list[ReferralVersion]]:
        found: dict[UUID, list[ReferralVersion]] = {}
        if referral_ids:
            query = sa.select(referral_versions).where(referral_versions.c.referral_id.in_(referral_ids))
            for row in self._connection.execute(query).mappings():
                fields = {name: value for name, value in row.items() if name != "referral_id"}
                found.setdefault(row["referral_id"], []).append(ReferralVersion(**fields))
        return found


class _NewestVersions:
    """Rows by `id`, of which only the one with the highest `version` is stored.

    Rows are locked when read. When two workers bring a new one, the later cannot commit, and tries again.
    """

    _table: ClassVar[sa.Table]

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._versions: dict[UUID, int] = {}
        """0 for an id that does not exist."""

    def load(self, ids: Collection[UUID]) -> None:
        if not ids:
            return
        key, version = self._table.c.id, self._table.c.version
        query = sa.select(key, version).where(key.in_(ids)).order_by(key).with_for_update()
        self._versions.update(dict.fromkeys(ids, 0))
        self._versions.update((row.id, row.version) for row in self._batch.connection.execute(query))

    def upsert_if_newer(self, row: Mapping[str, Any]) -> bool:
        """Store the row. Returns False, and stores nothing, when the stored version is as high."""
        key, version = row["id"], row["version"]
        if key not in self._versions:
            self.load([key])
        stored = self._versions[key]
        if stored >= version:
            return False
        self._versions[key] = version
        if not stored or self._batch.waits(self._table, of=key):
            self._batch.insert(self._table, row, of=key)
        else:
            self._batch.later(_change(self._table), {"changed": key, **row}, of=key)
        return True


class Matches(_NewestVersions):
    _table = tables.matches


class Outcomes(_NewestVersions):
    _table = tables.outcomes


class Models:
    """Descriptions of the models that have scored."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection
        self._added: set[str] = set()

    def add(self, champion: Champion, *, at: datetime) -> bool:
        """Store the description of a model version. Returns False when it is stored already."""
        if champion.version in self._added:
            return False
        self._added.add(champion.version)
        known = sa.select(models.c.version).where(models.c.version == champion.version)
        if self._connection.execute(known).first() is not None:
            return False
        row = {
            "version": champion.version,
            "description": dict(champion.description),
            "evaluation": champion.evaluation,
            "described_at": at,
        }
        return insert_or_ignore(self._connection, models, row)

    def described(self) -> list[tuple[Mapping[str, Any], datetime]]:
        """Every description, with the time when its model first scored."""
        rows = self._connection.execute(sa.select(models.c.description, models.c.described_at))
        return [(as_described(row.description), row.described_at) for row in rows]


class RepublishJobs(SqlRepublishJobs):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch.connection, tables.republish_jobs)


class HandledEvents(SqlHandledEvents):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch.connection, tables.platform)


@cache
def _change(table: sa.Table) -> sa.Update:
    return sa.update(table).where(table.c.id == sa.bindparam("changed"))


def _to_row(referral: Referral) -> dict[str, Any]:
    return {
        "person_id": referral.person_id,
        "person_since": referral.person_since,
        "received_at": referral.received_at,
        "withdrawn_at": referral.withdrawn_at,
        "sequence": referral.sequence,
    }


def _to_referral(row: Any, versions: Iterable[ReferralVersion]) -> Referral:
    return Referral(
        id=row.id,
        person_id=row.person_id,
        person_since=row.person_since,
        received_at=row.received_at,
        withdrawn_at=row.withdrawn_at,
        referral_versions={stated.version: stated for stated in versions},
        sequence=row.sequence,
    )
