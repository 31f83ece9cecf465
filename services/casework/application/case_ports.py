"""What the use cases of a case need of the outside."""

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
    """Cases as a reader may know them: who asks for more than they may know finds no case."""

    def add(self, case: Case) -> None: ...

    def get(self, case_id: UUID, reader: CaseReader, knowledge: AccessLevel) -> Case:
        """The case, held until this transaction ends. Raises CaseNotFound."""
        ...

    def newest_of(self, referral_id: UUID) -> Case | None:
        """The referral's newest case, held until this transaction ends: for what the system itself does."""
        ...

    def has_newer_review(self, case: Case) -> bool:
        """Whether its referral is reviewed again since."""
        ...

    def assigned_to(self, staff_id: UUID) -> list[Case]:
        """The open cases that this person has, for what the system itself does."""
        ...

    def next_unassigned(self, reader: CaseReader) -> Case | None:
        """Of the reader's teams' cases that nobody has and no other transaction is taking: with an alarm first, then due."""
        ...

    def hand_overs_without_basis(self, referral_id: UUID) -> list[Case]:
        """Those that wait for their receiver, whom no basis lets know any more. For what the system itself does."""
        ...

    def save(self, case: Case) -> None:
        """Write the case and its new entries. Raises StaleCase when it was written since it was read."""
        ...


class CaseEqualityRepository(Protocol):
    def version(self, case_id: UUID) -> int:
        """How often the questions were answered in the cases of this one's referral: 0 when not yet."""
        ...

    def add(self, equality: CaseEquality) -> None: ...


class TeamMembers(Protocol):
    def has(self, team_id: UUID, staff_id: UUID) -> bool:
        """Whether this is an active member of staff of that team."""
        ...


class CaseChanges(Protocol):
    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool:
        """Note that the case's worker read what the referrer changed. False when they did before, or are not it."""
        ...

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]:
        """The codes of the do-not-contact list, as the referrer now says it."""
        ...


class Publisher(Protocol):
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class Holdings(Protocol):
    """Who asked, what managers must know of cases and their workers, and who has been there lately."""

    def question_asked(self, question_id: UUID, review_id: UUID, *, by: UUID) -> None: ...

    def give_questions_to_area(self, staff_id: UUID, review_id: UUID | None = None) -> list[UUID]:
        """The open questions of this person that they may not act on, or the one of this review, are nobody's own any
        more. Gives the reviews.
        """
        ...

    def notify(self, case_id: UUID, kind: NoticeKind, *, about: UUID) -> bool:
        """Put it before the team's manager. False when it stands there already."""
        ...

    def resolve(self, case_id: UUID, *, by: UUID) -> None:
        """Somebody has the case, or it is closed: nothing more is to be told of its worker."""
        ...

    def notice_read(self, notice_id: UUID, reader: CaseReader) -> UUID | None:
        """Note that the manager read it. Gives the case; None when there is none that they were to read."""
        ...

    def signed_in(self, staff_id: UUID, at: datetime) -> None: ...

    def begin_check(self, *, every: timedelta) -> bool:
        """Whether the holders are to be looked at now; if so, that is noted."""
        ...

    def mark_idle(self, *, unseen_since: datetime) -> None: ...

    def stranded(self) -> list[tuple[UUID, NoticeKind, UUID]]:
        """Each open case whose worker cannot act or is idle, and the worker."""
        ...

    def resolve_recovered(self) -> None:
        """What was told of a worker that is true no more."""
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
        """Tell the referrer's side of a step that a referrer may see."""
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
