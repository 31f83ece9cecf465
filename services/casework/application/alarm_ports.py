"""The ports of the use cases of alarms."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from services.casework.domain.alarm import Alarm, AlarmAction
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.referral_changes import Part
from services.casework.domain.review_reader import ReviewReader


class Alarms(Protocol):
    def versions(self, referral_id: UUID, part: Part) -> Mapping[int, Mapping[str, Any]]:
        """Returns the content of each received version."""
        ...

    def add_version(self, referral_id: UUID, part: Part, version: int, content: Mapping[str, Any]) -> None:
        """Adds a received version; the projections store it."""
        ...

    def of_version(self, referral_id: UUID, referral_version: int) -> Alarm | None:
        """Returns the alarm of this version of the referral, locked until this transaction ends."""
        ...

    def get(self, alarm_id: UUID, reviewer: ReviewReader, worker: CaseReader) -> Alarm:
        """Returns an alarm visible to the viewer, locked until this transaction ends. Raises AlarmNotFound."""
        ...

    def add(self, alarm: Alarm) -> None: ...
    def save(self, alarm: Alarm) -> None: ...
    def remove(self, alarm: Alarm) -> None: ...
    def add_action(self, action: AlarmAction) -> None: ...
