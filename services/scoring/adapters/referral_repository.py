"""Stores what was heard of referrals. Within one transaction the same referral is the same object."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import NotEstimatedReason
from services.platform.db.batch import Batch
from services.platform.db.locks import lock
from services.scoring.adapters.tables import referral_versions, referrals, results
from services.scoring.domain.referral import Referral, ReferralVersion

_CHANGE = sa.update(referrals).where(referrals.c.id == sa.bindparam("changed"))
_FILL = sa.update(referral_versions).where(
    referral_versions.c.referral_id == sa.bindparam("its_id"),
    referral_versions.c.version == sa.bindparam("its_version"),
)
_LAST = datetime.max.replace(tzinfo=UTC)


class SqlReferrals:
    """Shared by the commands of a transaction: what one has saved is what the next finds, asking the database or not.

    Rows are locked when read, so that two workers cannot answer one referral at once (PostgreSQL).
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._seen: dict[UUID, Referral | None] = {}
        """None is one that is not there."""
        self._stored: dict[UUID, dict[str, Any]] = {}
        self._stored_versions: dict[UUID, dict[int, ReferralVersion]] = {}
        self._by_person: dict[UUID, dict[UUID, Referral]] = {}
        """As they are stored. All that there are, of the persons that are locked."""
        self._locked: set[UUID] = set()

    @property
    def seen(self) -> set[UUID]:
        return set(self._stored)

    def prefetch(self, referral_ids: Collection[UUID], person_ids: Collection[UUID]) -> None:
        """See these referrals, and all referrals of these persons and of those whose they are."""
        query = sa.select(referrals.c.person_id).where(referrals.c.id.in_(referral_ids))
        self._see({*person_ids, *self._connection.scalars(query)}, set(referral_ids))

    def get(self, referral_id: UUID) -> Referral | None:
        if referral_id not in self._seen:
            self._see(set(), {referral_id})
        return self._seen[referral_id]

    def of_person(self, person_id: UUID) -> list[Referral]:
        if person_id not in self._locked:
            self._see({person_id}, set())
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
        self._keep(referral, row)
        self._save_versions(referral)

    def answered_by_another_model(self, version: str, *, limit: int, unanswered_only: bool) -> list[Referral]:
        if unanswered_only:
            waiting = results.c.reason == NotEstimatedReason.MODEL_UNAVAILABLE
        else:
            waiting = sa.or_(results.c.model_version.is_(None), results.c.model_version != version)
        query = (
            sa.select(referrals.c.id)
            .join(results, sa.and_(results.c.referral_id == referrals.c.id, results.c.is_current))
            .where(referrals.c.withdrawn_at.is_(None), waiting)
            .order_by(referrals.c.received_at, referrals.c.id)
            .limit(limit)
        )
        found = self._connection.scalars(query).all()
        self.prefetch(found, ())
        return [referral for referral in map(self.get, found) if referral is not None]

    def _see(self, person_ids: set[UUID], referral_ids: set[UUID]) -> None:
        """Lock the persons, then read and lock the rows of their referrals and of these."""
        # One transaction at a time per person: two that do not see each other would both miss a late fact.
        lock(self._connection, (person_id.bytes for person_id in person_ids))
        wanted = sa.or_(referrals.c.person_id.in_(person_ids), referrals.c.id.in_(referral_ids))
        query = sa.select(referrals).where(wanted).order_by(referrals.c.id).with_for_update()
        unseen = [row for row in self._connection.execute(query).all() if row.id not in self._stored]
        told = self._tellings_of([row.id for row in unseen])
        for row in unseen:
            referral = _to_referral(row, told.get(row.id, ()))
            self._keep(referral, _to_row(referral))
            self._stored_versions[row.id] = dict(referral.referral_versions)
        self._seen.update(dict.fromkeys(referral_ids - self._seen.keys()))
        self._locked |= person_ids

    def _keep(self, referral: Referral, row: dict[str, Any]) -> None:
        self._seen[referral.id] = referral
        self._stored[referral.id] = row
        self._by_person.setdefault(referral.person_id, {})[referral.id] = referral

    def _save_versions(self, referral: Referral) -> None:
        stored = self._stored_versions.setdefault(referral.id, {})
        for version, stated in referral.referral_versions.items():
            if version not in stored:
                self._batch.insert(
                    referral_versions, {"referral_id": referral.id, **vars(stated), "facts": dict(stated.facts)}
                )
            elif stated is not stored[version]:
                from_where = {"area": stated.area, "source": stated.source}
                self._batch.later(
                    _FILL, {"its_id": referral.id, "its_version": version, **from_where}, of=(referral.id, version)
                )
            stored[version] = stated

    def _tellings_of(self, referral_ids: Collection[UUID]) -> dict[UUID, list[ReferralVersion]]:
        found: dict[UUID, list[ReferralVersion]] = {}
        if referral_ids:
            query = sa.select(referral_versions).where(referral_versions.c.referral_id.in_(referral_ids))
            for row in self._connection.execute(query):
                stated = ReferralVersion(
                    **{name: value for name, value in row._mapping.items() if name != "referral_id"}
                )
                found.setdefault(row.referral_id, []).append(stated)
        return found


def _to_row(referral: Referral) -> dict[str, Any]:
    return {
        "person_id": referral.person_id,
        "person_since": referral.person_since,
        "received_at": referral.received_at,
        "withdrawn_at": referral.withdrawn_at,
        "sequence": referral.sequence,
    }


def _to_referral(row: Any, told: Iterable[ReferralVersion]) -> Referral:
    return Referral(
        id=row.id,
        person_id=row.person_id,
        person_since=row.person_since,
        received_at=row.received_at,
        withdrawn_at=row.withdrawn_at,
        referral_versions={stated.version: stated for stated in told},
        sequence=row.sequence,
    )
