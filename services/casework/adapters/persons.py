"""Whom each referral is about, by the latest that said so: the referral itself, or a match."""

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
    """Referrals and matches both say it, come in any order and share no version, so intake's time decides (then the
    id, so that the order of arrival never does)."""

    since: datetime
    person_id: UUID


class SqlPersons:
    """Who hears of a referral holds its row until the transaction ends: others who hear of the same one wait there."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._held: dict[UUID, Attribution] = {}

    def hold(self, said: Mapping[UUID, Attribution]) -> None:
        """Hold these referrals' rows. What is said here counts only where nothing was said before."""
        rows = [
            {"referral_id": referral_id, "person_id": one.person_id, "since": one.since}
            # In one order: two who hold the same ones wait for each other in turn, and never crosswise.
            for referral_id, one in sorted(said.items())
        ]
        new = insert_new(self._batch.connection, persons.c.referral_id, rows)
        self._held |= {referral_id: said[referral_id] for referral_id in new}
        self._read(said.keys() - new)

    def latest(self, referral_id: UUID, said: Attribution) -> UUID:
        """Keep whom it is about unless something later said so already, and give whom it is about now."""
        if referral_id not in self._held:
            self.hold({referral_id: said})
        if said > self._held[referral_id]:
            self._held[referral_id] = said
            now = {"its_id": referral_id, "person_id": said.person_id, "since": said.since}
            self._batch.later(_SAID_LATER, now)
        return self._held[referral_id].person_id

    def of(self, referral_id: UUID) -> UUID:
        """Whom a referral that was heard is about."""
        if referral_id not in self._held:
            self._read({referral_id})
        return self._held[referral_id].person_id

    def _read(self, referral_ids: Collection[UUID]) -> None:
        if referral_ids:
            for row in self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}):
                self._held[row.referral_id] = Attribution(row.since, row.person_id)


_THESE = (
    sa.select(persons)
    .where(persons.c.referral_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(persons.c.referral_id)
    .with_for_update()
)
_SAID_LATER = sa.update(persons).where(persons.c.referral_id == sa.bindparam("its_id"))
