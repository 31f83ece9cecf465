"""Stores timelines: loaded together for the events of a poll, and written together."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.oversight.tables import timelines as table
from services.oversight.timelines import Asked, AskedBy, Decision, ReferralTimeline
from services.platform.db.batch import Batch


class TimelineStore:
    """Timelines of one transaction. Loading locks them (PostgreSQL): a concurrent change waits."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._held: dict[UUID, ReferralTimeline] = {}
        self._begun: set[UUID] = set()
        """Ids without a row."""

    def read(self, referral_ids: Collection[UUID]) -> None:
        """Locks in sorted order, so that two readers cannot deadlock."""
        wanted = sorted(set(referral_ids) - self._held.keys())
        if not wanted:
            return
        for row in self._batch.connection.execute(_HELD, {"ids": wanted}):
            self._held[row.referral_id] = to_timeline(row)
        self._begun.update(referral_id for referral_id in wanted if referral_id not in self._held)

    def get(self, referral_id: UUID) -> ReferralTimeline:
        """A timeline without events is in its initial state."""
        if referral_id not in self._begun:
            self.read([referral_id])
        return self._held.get(referral_id) or ReferralTimeline(referral_id=referral_id)

    def save(self, timeline: ReferralTimeline) -> None:
        referral_id = timeline.referral_id
        if timeline == self._held.get(referral_id):
            return
        self._held[referral_id] = timeline
        row = to_row(timeline)
        if referral_id in self._begun or self._batch.waits(table, of=referral_id):
            # Two concurrent inserts of one timeline make one fail and handle its events again. That is rare:
            # one reader handles the events of a person, except while partitions are reassigned.
            self._begun.discard(referral_id)
            self._batch.insert(table, row, of=referral_id)
        else:
            self._batch.later(_NOTE, {"its_id": referral_id, **row}, of=referral_id)


def to_row(timeline: ReferralTimeline) -> dict[str, Any]:
    row = dict(vars(timeline))
    decision = row.pop("decision")
    for by in AskedBy:
        row |= {f"{by}_asked_{name}": value for name, value in vars(row.pop(f"{by}_asked")).items()}
    return {**row, **(vars(decision) if decision else dict.fromkeys(Decision.__dataclass_fields__))}


def to_timeline(row: Any) -> ReferralTimeline:
    values = dict(row._mapping)
    decision = {name: values.pop(name) for name in Decision.__dataclass_fields__}
    for by in AskedBy:
        answers = {name: values.pop(f"{by}_asked_{name}") for name in Asked.__dataclass_fields__}
        values[f"{by}_asked"] = Asked(**answers)
    return ReferralTimeline(**values, decision=Decision(**decision) if decision["pathway"] else None)


_HELD = (
    sa.select(table)
    .where(table.c.referral_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(table.c.referral_id)
    .with_for_update()
)
_NOTE = sa.update(table).where(table.c.referral_id == sa.bindparam("its_id"))
