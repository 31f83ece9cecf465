"""What the use cases of alarms need of the outside."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from services.casework.domain.alarm import Alarm, AlarmAction
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.referral_changes import Part
from services.casework.domain.review_reader import ReviewReader


class Alarms(Protocol):
    def versions(self, referral_id: UUID, part: Part) -> Mapping[int, Mapping[str, Any]]:
        """What was said in each version that has arrived."""
        ...

    def note_version(self, referral_id: UUID, part: Part, version: int, said: Mapping[str, Any]) -> None:
        """This version has arrived; it is stored with the other projections of the referral."""
        ...

    def of_version(self, referral_id: UUID, referral_version: int) -> Alarm | None:
        """The alarm of this version of the referral, held until this transaction ends."""
        ...

    def get(self, alarm_id: UUID, reviewer: ReviewReader, worker: CaseReader) -> Alarm:
        """As somebody who may know why it was raised, held until this transaction ends. Raises AlarmNotFound."""
        ...

    def add(self, alarm: Alarm) -> None: ...
    def save(self, alarm: Alarm) -> None: ...
    def remove(self, alarm: Alarm) -> None: ...
    def add_action(self, action: AlarmAction) -> None: ...
