"""The person of each referral, by the latest of the referral itself and its matches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.tables import persons
from services.platform.db.batch import Batch
from services.platform.db.upsert import insert_new


@dataclass(frozen=True, order=True)
class Attribution:
    """Referrals and matches arrive in any order and share no version, so intake's time decides, then the id, and never
    the order of arrival."""

    since: datetime
    person_id: UUID


class SqlPersons:
    """Locks a referral's row until the transaction ends, so that concurrent handlers of the same referral wait."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._locked: dict[UUID, Attribution] = {}

    def lock_rows(self, attribution: Mapping[UUID, Attribution]) -> None:
        """Locks these referrals' rows, inserting the attribution where there is none."""
        rows = [
            {"referral_id": referral_id, "person_id": one.person_id, "since": one.since}
            # Sorted, so that two transactions never deadlock.
            for referral_id, one in sorted(attribution.items())
        ]
        new = insert_new(self._batch.connection, persons.c.referral_id, rows)
        self._locked |= {referral_id: attribution[referral_id] for referral_id in new}
        self._read(attribution.keys() - new)

    def latest(self, referral_id: UUID, attribution: Attribution) -> UUID:
        """Stores the attribution unless a later one exists. Returns the current person."""
        if referral_id not in self._locked:
            self.lock_rows({referral_id: attribution})
        if attribution > self._locked[referral_id]:
            self._locked[referral_id] = attribution
            now = {"its_id": referral_id, "person_id": attribution.person_id, "since": attribution.since}
            self._batch.later(_UPDATE, now)
        return self._locked[referral_id].person_id

    def of(self, referral_id: UUID) -> UUID:
        """Returns the person of a received referral."""
        if referral_id not in self._locked:
            self._read({referral_id})
        return self._locked[referral_id].person_id

    def _read(self, referral_ids: Collection[UUID]) -> None:
        if referral_ids:
            for row in self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}):
                self._locked[row.referral_id] = Attribution(row.since, row.person_id)


_THESE = (
    sa.select(persons)
    .where(persons.c.referral_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(persons.c.referral_id)
    .with_for_update()
)
_UPDATE = sa.update(persons).where(persons.c.referral_id == sa.bindparam("its_id"))
