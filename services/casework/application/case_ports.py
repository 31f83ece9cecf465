"""The ports of the use cases of cases."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.casework.domain.case import Case
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import ProgressStep
from services.contracts.schema import EventSchema


class CaseRepository(Protocol):
    """Cases by the viewer's access: asking for more than allowed raises CaseNotFound."""

    def add(self, case: Case) -> None: ...

    def get(self, case_id: UUID, reader: CaseReader, access: AccessLevel) -> Case:
        """Returns the case, locked until this transaction ends. Raises CaseNotFound."""
        ...

    def newest_of(self, referral_id: UUID) -> Case | None:
        """Returns the referral's newest case, locked until this transaction ends. For system use."""
        ...

    def has_newer_review(self, case: Case) -> bool:
        """Returns whether a newer review of its referral has started."""
        ...

    def assigned_to(self, staff_id: UUID) -> list[Case]:
        """Returns this person's open cases. For system use."""
        ...

    def next_unassigned(self, reader: CaseReader) -> Case | None:
        """Returns the next unassigned case of the viewer's teams that no other transaction has locked: alarms first, then due time."""
        ...

    def hand_overs_without_basis(self, referral_id: UUID) -> list[Case]:
        """Returns the unconfirmed hand-overs whose team no lawful basis covers any more. For system use."""
        ...

    def save(self, case: Case) -> None:
        """Saves the case and its new entries. Raises StaleCase if it changed since it was read."""
        ...


class CaseEqualityRepository(Protocol):
    def version(self, case_id: UUID) -> int:
        """Returns how often the questions were answered in all cases of the referral; 0 if never."""
        ...

    def add(self, equality: CaseEquality) -> None: ...


class TeamMembers(Protocol):
    def has(self, team_id: UUID, staff_id: UUID) -> bool:
        """Returns whether this is an active member of the team."""
        ...


class CaseChanges(Protocol):
    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool:
        """Records that the case's worker read the change. Returns False if it was read before or they are not the worker."""
        ...

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]:
        """Returns the current codes of the do-not-contact list."""
        ...


class Publisher(Protocol):
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class Holdings(Protocol):
    """Questions' owners, notices to managers, and when staff last signed in."""

    def question_asked(self, question_id: UUID, review_id: UUID, *, by: UUID) -> None: ...

    def release_questions(self, staff_id: UUID, review_id: UUID | None = None) -> list[UUID]:
        """Clears the owner of this person's open questions that they may not act on, or of the one in this review. Returns
        the reviews' ids.
        """
        ...

    def notify(self, case_id: UUID, kind: NoticeKind, *, about: UUID) -> bool:
        """Notifies the team's manager. Returns False if the same notice is already open."""
        ...

    def resolve(self, case_id: UUID, *, by: UUID) -> None:
        """Resolves the case's notices: it was assigned or closed."""
        ...

    def notice_read(self, notice_id: UUID, reader: CaseReader) -> UUID | None:
        """Records that the manager read it. Returns the case's id, or None if there is no such notice for them."""
        ...

    def signed_in(self, staff_id: UUID, at: datetime) -> None: ...

    def begin_check(self, *, every: timedelta) -> bool:
        """Returns whether a check is due; if so, records its start."""
        ...

    def mark_idle(self, *, unseen_since: datetime) -> None: ...

    def stranded(self) -> list[tuple[UUID, NoticeKind, UUID]]:
        """Returns each open case whose worker cannot act or is idle, with the worker."""
        ...

    def resolve_recovered(self) -> None:
        """Resolves notices about workers that no longer apply."""
        ...


class CaseUnitOfWork(Publisher, Protocol):
    @property
    def holdings(self) -> Holdings: ...

    @property
    def cases(self) -> CaseRepository: ...

    @property
    def case_equality(self) -> CaseEqualityRepository: ...

    @property
    def team_members(self) -> TeamMembers: ...

    @property
    def projections(self) -> CaseChanges: ...

    @property
    def at(self) -> datetime: ...

    def make_progress(self, referral_id: UUID, step: ProgressStep) -> None:
        """Publishes a step that the referrer may see."""
        ...

    def audit(
        self,
        what: str,
        *,
        subject_type: str,
        subject_id: UUID | str,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None: ...
