"""An alarm: an amendment made a young person less safe than those who act on the referral know, until somebody acts."""

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
"""The parts that are compared between two versions of a referral. Each arrives by a topic of its own, in any order."""


class AlarmNotFound(NotFound):
    """There is no such alarm, or this person may not know why it was raised."""


class StaleAlarm(Stale):
    title = N_("This alarm has changed since you opened it")


class AlarmActedOn(Conflict):
    """Somebody else acted first; both can read what was done."""

    title = N_("Somebody has already recorded what was done")


@dataclass(frozen=True, kw_only=True)
class AlarmAction:
    id: UUID
    alarm_id: UUID
    reasons: frozenset[AlarmReason]
    """Those that had been raised by then."""
    acted_by: UUID
    acted_at: datetime
    done: str


@dataclass(kw_only=True)
class Alarm:
    """One for each version of a referral that gives a reason for one."""

    id: UUID
    referral_id: UUID
    referral_version: int
    reasons: frozenset[AlarmReason]
    raised_at: datetime
    due_at: datetime
    state: AlarmState = AlarmState.OPEN
    version: int = 1
    acted: bool = False
    """Whether anybody has ever acted on it: from then on no reason is taken away."""

    def settle(self, part: Part, found: Set[AlarmReason], *, at: datetime, hours: int) -> bool:
        """What this part now gives reason for, whatever arrived before. True when that changed.

        A reason that comes after somebody acted was not acted on, so the alarm is open again and due anew.
        """
        kept = self.reasons if self.acted else self.reasons - _REASONS[part]
        reasons = kept | found
        if reasons == self.reasons:
            return False
        if self.state is AlarmState.ACTED_ON:
            self.state, self.raised_at, self.due_at = AlarmState.OPEN, at, at + timedelta(hours=hours)
        self.reasons = reasons
        self.version += 1
        return True

    def act(self, *, action_id: UUID, by: UUID, at: datetime, done: str, version: int | None) -> AlarmAction:
        """Raises AlarmActedOn, ReadItFirst, StaleAlarm: who acts says which version they had before them."""
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
    """Why the later of two versions raises an alarm, as far as this part of them tells."""
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
    """Whether something is said, and was not said so before. Spaces, capitals and punctuation do not count."""
    said = _letters(new.get(name))
    return bool(said) and said != _letters(old.get(name))


def _letters(text: str | None) -> str:
    return "".join(sign for sign in (text or "").casefold() if sign.isalnum())
