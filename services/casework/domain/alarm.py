"""An alarm: an amendment that makes a young person less safe. It stays open until somebody records an action."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services.casework.domain.referral_changes import Part
from services.contracts.codes import Answer
from services.platform.errors import Conflict, NotFound, ReadItFirst, Stale
from services.platform.i18n import N_


class AlarmReason(StrEnum):
    DANGER_RAISED = "danger_raised"
    DO_NOT_CONTACT_ADDED = "do_not_contact_added"
    CONTACT_REMOVED = "contact_removed"


class AlarmState(StrEnum):
    OPEN = "open"
    ACTED_ON = "acted_on"


_REASONS: Mapping[Part, frozenset[AlarmReason]] = MappingProxyType(
    {
        Part.FACTS: frozenset({AlarmReason.DANGER_RAISED}),
        Part.IDENTITY: frozenset({AlarmReason.DO_NOT_CONTACT_ADDED, AlarmReason.CONTACT_REMOVED}),
    }
)
_WAYS = ("safe_contact_note", "phone", "address")
COMPARED = tuple(_REASONS)
"""The parts compared between two versions of a referral. Each arrives on its own topic, in any order."""


class AlarmNotFound(NotFound):
    """The alarm does not exist, or this person may not read it."""


class StaleAlarm(Stale):
    title = N_("This alarm has changed since you opened it")


class AlarmActedOn(Conflict):
    """Somebody else acted first."""

    title = N_("Somebody has already recorded what was done")


@dataclass(frozen=True, kw_only=True)
class AlarmAction:
    id: UUID
    alarm_id: UUID
    reasons: frozenset[AlarmReason]
    """The reasons at the time of the action."""
    acted_by: UUID
    acted_at: datetime
    done: str


@dataclass(kw_only=True)
class Alarm:
    """One per referral version that gives a reason."""

    id: UUID
    referral_id: UUID
    referral_version: int
    reasons: frozenset[AlarmReason]
    raised_at: datetime
    due_at: datetime
    state: AlarmState = AlarmState.OPEN
    version: int = 1
    acted: bool = False
    """Whether anybody has acted on it. After that, no reason is removed."""

    def update_reasons(self, part: Part, found: Set[AlarmReason], *, at: datetime, hours: int) -> bool:
        """Replaces the reasons that this part gives, whatever arrived before. Returns whether the reasons changed.

        A reason added after an action reopens the alarm with a new due time.
        """
        remaining = self.reasons if self.acted else self.reasons - _REASONS[part]
        reasons = remaining | found
        if reasons == self.reasons:
            return False
        if self.state is AlarmState.ACTED_ON:
            self.state, self.raised_at, self.due_at = AlarmState.OPEN, at, at + timedelta(hours=hours)
        self.reasons = reasons
        self.version += 1
        return True

    def act(self, *, action_id: UUID, by: UUID, at: datetime, done: str, version: int | None) -> AlarmAction:
        """`version` is the version that the person read. Raises AlarmActedOn, ReadItFirst, StaleAlarm."""
        if self.state is AlarmState.ACTED_ON:
            raise AlarmActedOn
        if version is None:
            raise ReadItFirst
        if version != self.version:
            raise StaleAlarm
        self.state, self.acted = AlarmState.ACTED_ON, True
        self.version += 1
        return AlarmAction(
            id=action_id,
            alarm_id=self.id,
            reasons=self.reasons,
            acted_by=by,
            acted_at=max(at, self.raised_at),
            done=done,
        )


def reasons(part: Part, before: Mapping[str, Any], now: Mapping[str, Any]) -> frozenset[AlarmReason]:
    """Returns why the later version raises an alarm, for this part."""
    if part is Part.FACTS:
        raised = now["facts"].get("immediate_danger") == Answer.YES != before["facts"].get("immediate_danger")
        return _REASONS[part] if raised else frozenset()
    found = set()
    if set(now.get("do_not_contact") or ()) - set(before.get("do_not_contact") or ()) or _is_new(
        before, now, "do_not_contact_note"
    ):
        found.add(AlarmReason.DO_NOT_CONTACT_ADDED)
    if set(before.get("safe_contact") or ()) - set(now.get("safe_contact") or ()) or any(
        _is_new(now, before, way) for way in _WAYS
    ):
        found.add(AlarmReason.CONTACT_REMOVED)
    return frozenset(found)


def _is_new(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> bool:
    """Returns whether `new` has a text that differs from `old`, ignoring spaces, case and punctuation."""
    letters = _letters(new.get(name))
    return bool(letters) and letters != _letters(old.get(name))


def _letters(text: str | None) -> str:
    return "".join(sign for sign in (text or "").casefold() if sign.isalnum())
