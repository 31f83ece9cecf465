"""Stores what was heard of referrals. Within one transaction the same referral is the same object."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import NotEstimatedReason
from services.scoring.adapters.tables import answers, referrals, tellings
from services.scoring.domain.referral import Referral, Telling


class SqlReferrals:
    """Rows are locked when read, so that two workers cannot answer one referral at once (PostgreSQL)."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._seen: dict[UUID, Referral] = {}
        self._stored_versions: dict[UUID, set[int]] = {}

    def get(self, referral_id: UUID) -> Referral | None:
        if referral_id not in self._seen:
            self._load(referrals.c.id == referral_id)
        return self._seen.get(referral_id)

    def of_person(self, person_id: UUID) -> list[Referral]:
        """One transaction at a time per person: two that do not see each other would both miss a late fact."""
        if self._connection.dialect.name == "postgresql":
            key = int.from_bytes(person_id.bytes[:8], signed=True)
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        return self._load(referrals.c.person_id == person_id)

    def save(self, referral: Referral) -> None:
        row = {
            "person_id": referral.person_id,
            "person_since": referral.person_since,
            "received_at": referral.received_at,
            "withdrawn_at": referral.withdrawn_at,
            "sequence": referral.sequence,
        }
        if referral.id in self._stored_versions:
            self._connection.execute(sa.update(referrals).where(referrals.c.id == referral.id).values(row))
        else:
            self._connection.execute(sa.insert(referrals), {"id": referral.id, **row})
        self._seen[referral.id] = referral
        self._save_tellings(referral)

    def answered_by_another_model(self, version: str, *, limit: int, unanswered_only: bool) -> list[Referral]:
        if unanswered_only:
            waiting = answers.c.reason == NotEstimatedReason.MODEL_UNAVAILABLE
        else:
            waiting = sa.or_(answers.c.model_version.is_(None), answers.c.model_version != version)
        query = (
            sa.select(referrals.c.id)
            .join(answers, sa.and_(answers.c.referral_id == referrals.c.id, answers.c.is_current))
            .where(referrals.c.withdrawn_at.is_(None), waiting)
            .order_by(referrals.c.received_at, referrals.c.id)
            .limit(limit)
        )
        return self._load(referrals.c.id.in_(self._connection.scalars(query).all()))

    def _load(self, which: sa.ColumnElement[bool]) -> list[Referral]:
        query = sa.select(referrals).where(which).order_by(referrals.c.received_at, referrals.c.id).with_for_update()
        rows = self._connection.execute(query).all()
        unseen = [row for row in rows if row.id not in self._seen]
        told = self._tellings_of([row.id for row in unseen])
        for row in unseen:
            self._seen[row.id] = _to_referral(row, told.get(row.id, ()))
            self._stored_versions[row.id] = set(self._seen[row.id].tellings)
        return [self._seen[row.id] for row in rows]

    def _tellings_of(self, referral_ids: Sequence[UUID]) -> dict[UUID, list[Telling]]:
        found: dict[UUID, list[Telling]] = {}
        if referral_ids:
            query = sa.select(tellings).where(tellings.c.referral_id.in_(referral_ids))
            for row in self._connection.execute(query):
                telling = Telling(version=row.version, told_at=row.told_at, facts=row.facts)
                found.setdefault(row.referral_id, []).append(telling)
        return found

    def _save_tellings(self, referral: Referral) -> None:
        stored = self._stored_versions.setdefault(referral.id, set())
        new = [telling for version, telling in referral.tellings.items() if version not in stored]
        for telling in new:
            row = {"version": telling.version, "told_at": telling.told_at, "facts": dict(telling.facts)}
            self._connection.execute(sa.insert(tellings), {"referral_id": referral.id, **row})
            stored.add(telling.version)


def _to_referral(row: Any, told: Iterable[Telling]) -> Referral:
    return Referral(
        id=row.id,
        person_id=row.person_id,
        person_since=row.person_since,
        received_at=row.received_at,
        withdrawn_at=row.withdrawn_at,
        tellings={telling.version: telling for telling in told},
        sequence=row.sequence,
    )
