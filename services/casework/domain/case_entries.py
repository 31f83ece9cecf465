"""The chronology of a case: append-only entries."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.contracts.codes import CloseReason, ContactMode, Outcome, UnassignReason, YoungPersonAnswer


class EntryKind(StrEnum):
    OPENED = "opened"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    NOTE = "note"
    NOTE_CORRECTED = "note_corrected"
    CONTACT_ATTEMPTED = "contact_attempted"
    FIRST_CONTACT_MADE = "first_contact_made"
    ANSWER_RECORDED = "answer_recorded"
    OUTCOME_RECORDED = "outcome_recorded"
    HAND_OVER_CONFIRMED = "hand_over_confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"
    SUPPORT_STOPPED = "support_stopped"
    ALARM_ACTED_ON = "alarm_acted_on"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a case. `occurred_at` is when it happened, `recorded_at` when it was recorded.

    `version` is the case's version after it. Only the fields of its kind are set, which the schema enforces.
    """

    id: UUID
    kind: EntryKind
    version: int
    occurred_at: datetime
    recorded_at: datetime
    recorded_by: UUID
    text: str | None = None
    corrects_id: UUID | None = None
    assignee_id: UUID | None = None
    unassign_reason: UnassignReason | None = None
    mode: ContactMode | None = None
    reached: bool | None = None
    attempt_id: UUID | None = None
    answer: YoungPersonAnswer | None = None
    later_on: date | None = None
    outcome: Outcome | None = None
    close_reason: CloseReason | None = None
    confirmed_by: str | None = None
    why: str | None = None
    """Why a way of contact was used that is on the do-not-contact list."""
