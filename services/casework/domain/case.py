"""A case: the support, or hand-over, that follows one decision, from the team's queue to closure."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.casework.domain import case_rules as rules
from services.casework.domain.case_entries import Entry, EntryKind
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts.codes import (
    HAND_OVERS,
    CloseReason,
    ContactMode,
    Outcome,
    Pathway,
    RecipientClass,
    SupportLevel,
    UnassignReason,
    YoungPersonAnswer,
)
from services.platform.clock import not_before

SYSTEM = UUID(int=0)
"""The author of entries that no person made."""


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    """A hand-over that the receiving service has not confirmed yet."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who records an entry, and when. `entry_id` is the id of the new entry."""

    entry_id: UUID
    by: UUID
    at: datetime


@dataclass(kw_only=True)
class Case:
    """Every change is an entry of the chronology and raises the version by one."""

    id: UUID
    review_id: UUID
    referral_id: UUID
    person_id: UUID
    team_id: UUID
    team_class: RecipientClass
    pathway: Pathway
    level: SupportLevel
    area: str
    opened_at: datetime
    due_at: datetime
    state: CaseState
    assignee_id: UUID | None = None
    first_contact_at: datetime | None = None
    answer: YoungPersonAnswer | None = None
    later_on: date | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    """When somebody recorded that support stopped because consent was withdrawn. Ends a hand-over."""
    version: int = 0
    stored_version: int = 0
    """The version in the database; 0 for a new case."""
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        *,
        case_id: UUID,
        review_id: UUID,
        referral_id: UUID,
        person_id: UUID,
        team_id: UUID,
        team_class: RecipientClass,
        pathway: Pathway,
        level: SupportLevel,
        area: str,
        by: UUID,
        at: datetime,
        due_at: datetime,
        follows_version: int = 0,
    ) -> Self:
        """Opens a case, or a hand-over if the pathway says so. The opening entry has the case's id.

        Versions continue from those of an earlier case of the referral, so that consumers can order them.
        """
        if pathway not in TEAM_CLASS_OF:
            raise rules.NoCaseOnPathway
        if TEAM_CLASS_OF[pathway] is not team_class:
            raise rules.TeamNotOfPathway
        case = cls(
            id=case_id,
            review_id=review_id,
            referral_id=referral_id,
            person_id=person_id,
            team_id=team_id,
            team_class=team_class,
            pathway=pathway,
            level=level,
            area=area,
            opened_at=at,
            due_at=due_at,
            version=follows_version,
            state=CaseState.AWAITING_CONFIRMATION if pathway in HAND_OVERS else CaseState.OPEN,
        )
        case._add(EntryKind.OPENED, Act(entry_id=case_id, by=by, at=at))
        return case

    @property
    def new_entries(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.version > self.stored_version]

    def require_version(self, version: int) -> None:
        """Raises StaleCase if the case has changed since the writer read it."""
        if version != self.version:
            raise rules.StaleCase

    def take(self, act: Act) -> None:
        """Assigns an unassigned case to the person who acts."""
        self._must_be_open()
        if self.assignee_id is not None:
            raise rules.CaseAlreadyAssigned
        self._assign(act.by, act)

    def assign(self, to: UUID, act: Act) -> None:
        """Assigns the case to a member of the team, replacing any earlier assignee."""
        self._must_be_open()
        if self.assignee_id == to:
            raise rules.CaseAlreadyAssigned
        self._assign(to, act)

    def unassign(self, reason: UnassignReason, act: Act, *, text: str | None = None) -> None:
        """Returns the case to the team's queue."""
        self._must_be_open()
        if self.assignee_id is None:
            raise rules.CaseNotAssigned
        self.assignee_id = None
        self._add(EntryKind.UNASSIGNED, act, unassign_reason=reason, text=text)

    def note(self, text: str, act: Act) -> None:
        self._must_be_open()
        self._add(EntryKind.NOTE, act, text=text)

    def correct_note(self, note_id: UUID, text: str, act: Act) -> None:
        """Adds an entry that replaces the note; the old entry stays, marked as corrected. Only the latest version can be corrected."""
        self._must_be_open()
        note = self._entry(note_id)
        if note is None or note.kind not in (EntryKind.NOTE, EntryKind.NOTE_CORRECTED):
            raise rules.NoteNotFound
        if any(entry.corrects_id == note_id for entry in self.entries):
            raise rules.NoteAlreadyCorrected
        self._add(EntryKind.NOTE_CORRECTED, act, text=text, corrects_id=note_id)

    def attempt_contact(
        self,
        mode: ContactMode,
        *,
        reached: bool,
        attempted_at: datetime | None,
        text: str | None,
        act: Act,
        forbidden: Collection[ContactMode] = (),
        why: str | None = None,
    ) -> None:
        """`attempted_at` None means now. `why` is required for a mode in `forbidden` and stored with the entry."""
        self._must_be_open()
        act = self._in_order(act)
        attempted_at = attempted_at or act.at
        self._must_be_past(attempted_at, act.at, "/attempted_at")
        if mode in forbidden and not why:
            raise rules.ForbiddenWayNeedsReason
        self._add(
            EntryKind.CONTACT_ATTEMPTED,
            act,
            mode=mode,
            reached=reached,
            occurred_at=attempted_at,
            text=text or None,
            why=why or None,
        )

    def make_first_contact(
        self,
        attempt_id: UUID | None,
        act: Act,
        *,
        answer: YoungPersonAnswer | None = None,
        later_on: date | None = None,
        today: date,
    ) -> None:
        """Records the first contact, once, from an attempt that reached the young person, at that attempt's time.

        Without `attempt_id`, the first such attempt is used.
        """
        self._must_be_open()
        if self.first_contact_at is not None:
            raise rules.FirstContactAlreadyRecorded
        attempt = self._first_that_reached() if attempt_id is None else self._attempt(attempt_id)
        _check_answer(answer, later_on, today)
        self.first_contact_at = attempt.occurred_at
        self.answer, self.later_on = answer, later_on
        self._add(
            EntryKind.FIRST_CONTACT_MADE,
            act,
            attempt_id=attempt.id,
            mode=attempt.mode,
            reached=True,
            occurred_at=attempt.occurred_at,
            answer=answer,
            later_on=later_on,
        )

    def record_answer(self, answer: YoungPersonAnswer, act: Act, *, later_on: date | None = None, today: date) -> None:
        """Records the young person's current answer to the offer. Earlier answers stay in the chronology."""
        self._must_be_open()
        if self.first_contact_at is None:
            raise rules.AnswerBeforeFirstContact
        _check_answer(answer, later_on, today)
        self.answer, self.later_on = answer, later_on
        self._add(EntryKind.ANSWER_RECORDED, act, answer=answer, later_on=later_on)

    def record_outcome(self, outcome: Outcome, act: Act) -> None:
        """Records the result of the support. A later outcome replaces an earlier one."""
        self._must_be_open()
        self.outcome = outcome
        self._add(EntryKind.OUTCOME_RECORDED, act, outcome=outcome)

    def close(self, reason: CloseReason, act: Act) -> None:
        """Raises CloseNeedsOutcome unless the case was opened in error."""
        self._must_be_open()
        if self.outcome is None and reason is not CloseReason.OPENED_IN_ERROR:
            raise rules.CloseNeedsOutcome
        act = self._in_order(act)
        self.state, self.closed_at, self.close_reason = CaseState.CLOSED, act.at, reason
        self._add(EntryKind.CLOSED, act, close_reason=reason)

    def stop(self, act: Act) -> None:
        """Records, once, that support stopped because consent was withdrawn."""
        if self.stopped_at is not None:
            raise rules.SupportAlreadyStopped
        if self.state not in (CaseState.OPEN, CaseState.AWAITING_CONFIRMATION):
            raise rules.CaseIsClosed
        self.stopped_at = act.at
        self._add(EntryKind.SUPPORT_STOPPED, act)

    def close_without_consent(self, act: Act) -> None:
        """Closes the case as declined, without asking for an outcome."""
        self._must_be_open()
        if self.stopped_at is None:
            raise rules.SupportNotStopped
        self.outcome = self.outcome or Outcome.DECLINED
        self.close(CloseReason.DECLINED, act)

    def reopen(self, why: str, act: Act) -> None:
        """The manager's correction of a wrong closing. The closing stays in the chronology."""
        if self.state is not CaseState.CLOSED:
            raise rules.CaseNotClosed
        self.state, self.closed_at, self.close_reason = CaseState.OPEN, None, None
        self._add(EntryKind.REOPENED, act, text=why)

    def confirm_hand_over(self, confirmed_by: str, confirmed_at: datetime, act: Act) -> None:
        """Records who at the receiving service confirmed the hand-over, and when."""
        if self.pathway not in HAND_OVERS:
            raise rules.NotAHandOver
        if self.stopped_at is not None:
            raise rules.SupportAlreadyStopped
        if self.state is CaseState.CONFIRMED:
            raise rules.HandOverAlreadyConfirmed
        act = self._in_order(act)
        self._must_be_past(confirmed_at, act.at, "/confirmed_at")
        self.state, self.confirmed_at = CaseState.CONFIRMED, confirmed_at
        self._add(EntryKind.HAND_OVER_CONFIRMED, act, confirmed_by=confirmed_by, occurred_at=confirmed_at)

    def note_alarm(self, done: str, act: Act) -> None:
        """Records what somebody did about an alarm, whatever the state of the case."""
        self._add(EntryKind.ALARM_ACTED_ON, act, text=done)

    def must_be_in_contact(self) -> None:
        """Raises unless the case is open and first contact was made."""
        self._must_be_open()
        if self.first_contact_at is None:
            raise rules.EqualityBeforeFirstContact

    def _assign(self, to: UUID, act: Act) -> None:
        self.assignee_id = to
        self._add(EntryKind.ASSIGNED, act, assignee_id=to)

    def _must_be_open(self) -> None:
        if self.pathway in HAND_OVERS:
            raise rules.HandOverIsWorkedElsewhere
        if self.state is not CaseState.OPEN:
            raise rules.CaseIsClosed

    def _in_order(self, act: Act) -> Act:
        """Keeps entries in order when the system clock is set back."""
        last = self.entries[-1].recorded_at if self.entries else None
        return replace(act, at=not_before(act.at, last))

    def _must_be_past(self, timestamp: datetime, now: datetime, pointer: str) -> None:
        # People enter times to the minute, so the minute of the opening is allowed.
        if timestamp < self.opened_at - timedelta(minutes=1):
            raise rules.BeforeTheCase(pointer)
        if timestamp > now:
            raise rules.InTheFuture(pointer)

    def _attempt(self, attempt_id: UUID) -> Entry:
        attempt = self._entry(attempt_id)
        if attempt is None or attempt.kind is not EntryKind.CONTACT_ATTEMPTED:
            raise rules.AttemptNotFound
        if not attempt.reached:
            raise rules.NotReached
        return attempt

    def _first_that_reached(self) -> Entry:
        reached = [e for e in self.entries if e.kind is EntryKind.CONTACT_ATTEMPTED and e.reached]
        if not reached:
            raise rules.NotReached
        return min(reached, key=lambda entry: entry.occurred_at)

    def _entry(self, entry_id: UUID) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def _add(self, kind: EntryKind, act: Act, *, occurred_at: datetime | None = None, **fields: Any) -> None:
        act = self._in_order(act)
        self.version += 1
        self.entries.append(
            Entry(
                id=act.entry_id,
                kind=kind,
                version=self.version,
                occurred_at=occurred_at or act.at,
                recorded_at=act.at,
                recorded_by=act.by,
                **fields,
            )
        )


def _check_answer(answer: YoungPersonAnswer | None, later_on: date | None, today: date) -> None:
    if answer is YoungPersonAnswer.LATER:
        if later_on is None:
            raise rules.LaterNeedsDate
        if later_on < today:
            raise rules.LaterIsPast
    elif later_on is not None:
        raise rules.DateOnlyForLater
