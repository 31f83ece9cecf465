"""Stores alarms, and reads the danger and contact details of each version of a referral."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters import alarm_scope
from services.casework.adapters.alarm_tables import alarm_actions, alarms
from services.casework.adapters.version_tables import referral_versions
from services.casework.domain.alarm import COMPARED, Alarm, AlarmAction, AlarmNotFound, AlarmReason, StaleAlarm
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.referral_changes import Part
from services.casework.domain.review_reader import ReviewReader
from services.platform.db.batch import Batch

_COLUMNS = [field.name for field in fields(Alarm) if field.name not in ("reasons", "acted")]
_Versions = dict[Part, dict[int, Mapping[str, Any]]]


class SqlAlarms:
    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection
        self._versions: dict[UUID, _Versions] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        """Loads the received versions of these referrals, for `versions`."""
        if not referral_ids:
            return
        self._versions |= {referral_id: defaultdict(dict) for referral_id in referral_ids}
        for row in self._connection.execute(_THESE, {"ids": list(referral_ids)}):
            self._versions[row.referral_id][row.part][row.version] = row.content

    def versions(self, referral_id: UUID, part: Part) -> Mapping[int, Mapping[str, Any]]:
        return self._of(referral_id)[part]

    def add_version(self, referral_id: UUID, part: Part, version: int, content: Mapping[str, Any]) -> None:
        self._of(referral_id)[part][version] = content

    def of_version(self, referral_id: UUID, referral_version: int) -> Alarm | None:
        return self._one(alarms.c.referral_id == referral_id, alarms.c.referral_version == referral_version)

    def get(self, alarm_id: UUID, reviewer: ReviewReader, worker: CaseReader) -> Alarm:
        alarm = self._one(alarms.c.id == alarm_id, alarm_scope.visible_to(reviewer, worker))
        if alarm is None:
            raise AlarmNotFound
        return alarm

    def add(self, alarm: Alarm) -> None:
        self._connection.execute(sa.insert(alarms).values(_row(alarm)))

    def save(self, alarm: Alarm) -> None:
        as_read = (alarms.c.id == alarm.id) & (alarms.c.version == alarm.version - 1)
        if self._connection.execute(sa.update(alarms).where(as_read).values(_row(alarm))).rowcount != 1:
            raise StaleAlarm

    def remove(self, alarm: Alarm) -> None:
        """Removes an alarm without actions, when a late version shows that this one made nothing less safe."""
        self._connection.execute(sa.delete(alarms).where(alarms.c.id == alarm.id))

    def add_action(self, action: AlarmAction) -> None:
        row = {field.name: getattr(action, field.name) for field in fields(AlarmAction)}
        self._connection.execute(sa.insert(alarm_actions).values(row | {"reasons": sorted(action.reasons)}))

    def _one(self, *which: sa.ColumnElement[bool]) -> Alarm | None:
        acted = sa.exists().where(alarm_actions.c.alarm_id == alarms.c.id)
        found = sa.select(alarms, sa.case((acted, sa.true()), else_=sa.false()).label("acted"))
        row = self._connection.execute(found.where(*which).with_for_update(of=alarms)).one_or_none()
        return None if row is None else _alarm(row._mapping)

    def _of(self, referral_id: UUID) -> _Versions:
        if referral_id not in self._versions:
            self.read([referral_id])
        return self._versions[referral_id]


def _alarm(row: Mapping[Any, Any]) -> Alarm:
    reasons = frozenset(AlarmReason(reason) for reason in row["reasons"])
    return Alarm(**{name: row[name] for name in _COLUMNS}, reasons=reasons, acted=row["acted"])


def _row(alarm: Alarm) -> dict[str, Any]:
    return {name: getattr(alarm, name) for name in _COLUMNS} | {"reasons": sorted(alarm.reasons)}


_THESE = sa.select(referral_versions).where(
    referral_versions.c.referral_id.in_(sa.bindparam("ids", expanding=True)), referral_versions.c.part.in_(COMPARED)
)
