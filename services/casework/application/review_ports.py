"""The ports of the use cases of reviews."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.casework.application.alarm_ports import Alarms
from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.domain.change import ChangeKind
from services.casework.domain.decision import OwnView
from services.casework.domain.disclosure import Disclosing
from services.casework.domain.estimate import EstimateShown
from services.casework.domain.review import FactsNow, Review
from services.casework.domain.review_clock import ReviewHours
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.routing import Subject, Team
from services.casework.domain.withdrawal import Withdrawal
from services.contracts.codes import (
    DisclosureGateway,
    LawfulBasis,
    ProgressStep,
    Question,
    RecipientClass,
    SupportLevel,
)

Event = Mapping[str, Any]
"""A contract event's decoded data."""


class ReviewRepository(Protocol):
    """Reviews visible to a reviewer: asking for any other raises ReviewNotFound."""

    def add(self, review: Review) -> None: ...

    def get(self, review_id: UUID, reader: ReviewReader) -> Review:
        """Returns the review, locked until this transaction ends. Raises ReviewNotFound."""
        ...

    def of_referral(self, referral_id: UUID) -> Review | None:
        """Returns the newest round, for event handlers."""
        ...

    def next_unclaimed(self, reader: ReviewReader, *, at: datetime) -> Review | None:
        """Returns the first review that is neither claimed at this time nor locked: danger first, then due time."""
        ...

    def with_expired_claims(self, *, at: datetime, limit: int) -> Sequence[Review]:
        """Returns open reviews whose stored claim had expired by then."""
        ...

    def claimed_by(self, staff_id: UUID) -> Sequence[Review]: ...

    def save(self, review: Review) -> None:
        """Saves the review. Raises StaleReview if it changed since it was read."""
        ...

    def save_shown(self, view: OwnView) -> None:
        """Saves what was last shown with an own view, and nothing else of the review."""
        ...


class Estimates(Protocol):
    def store(self, event: Event, *, estimated: bool) -> None:
        """Stores an estimate, or the reason for none, whether or not its referral has arrived."""
        ...

    def beside(self, view: OwnView, review: Review, reader: ReviewReader) -> EstimateShown | None:
        """Returns the newest estimate of the referral version of this own view.

        Returns None if it draws on an earlier referral that this reader may not read.
        """
        ...


class Projections(Protocol):
    """Projections of other services' events. Every `apply_…` ignores a version no higher than the stored one."""

    def apply_staff(self, event: Event) -> bool:
        """Stores a member of staff and their rights. Returns False if the version is not newer."""
        ...

    def apply_team(self, event: Event) -> None: ...
    def apply_identity(self, event: Event) -> None: ...
    def apply_narrative(self, event: Event) -> None: ...
    def apply_match(self, event: Event) -> None: ...
    def apply_model(self, event: Event) -> None: ...

    def apply_referral(self, event: Event) -> bool:
        """Stores the referral's facts and lawful bases. Returns False if the version is not newer."""
        ...

    def apply_withdrawal(self, event: Event) -> bool: ...

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        """Returns the referrer's request to withdraw, if any."""

    def confirm_withdrawal(self, referral_id: UUID, *, by: UUID, readable_until: datetime) -> None:
        """Stores that a reviewer confirmed it. If consent was withdrawn, ends triage's access on consent."""
        ...

    def person_of(self, referral_id: UUID) -> UUID:
        """Returns the person of a received referral: its own, unless a later match changed it."""

    def change_to_read(self, review: Review, *, referral_version: int, kind: ChangeKind) -> None:
        """Adds a change to read for the case's worker or, without a case, for the decider."""
        ...

    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool: ...

    def change_read(self, referral_id: UUID, referral_version: int, kind: ChangeKind, *, reader: ReviewReader) -> bool:
        """Records that it was read. Returns False if this reviewer has no such change to read."""
        ...

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]: ...

    def hidden_from(self, review_id: UUID) -> RecipientClass | None:
        """Returns the team class of this review's unfinished case if no lawful basis covers it any more."""
        ...

    def facts_now(self, referral_id: UUID) -> FactsNow: ...

    def subject(self, referral_id: UUID) -> Subject: ...

    def teams(self) -> Collection[Team]: ...

    def other_reviewer(self, area: str, *, besides: Collection[UUID | None]) -> bool:
        """Returns whether another reviewer covers this area."""
        ...

    def disclosing(self, referral_id: UUID) -> Disclosing: ...

    def add_basis(
        self,
        referral_id: UUID,
        recipient: RecipientClass,
        basis: LawfulBasis,
        *,
        gateway: DisclosureGateway | None,
        by: UUID,
        reason: str,
    ) -> bool:
        """Stores it with the referrer's own. Returns False if a reviewer already recorded the same."""
        ...


class ReviewPolicy(Protocol):
    @property
    def holder_idle_after(self) -> timedelta: ...

    @property
    def holdings_checked_every(self) -> timedelta: ...

    @property
    def review_hours(self) -> ReviewHours: ...

    @property
    def claim_lasts(self) -> timedelta:
        """How long a claim lasts after its owner's last change."""
        ...

    @property
    def pause_working_days(self) -> int:
        """How long an unanswered question pauses the due time."""
        ...

    @property
    def longest_pause_days(self) -> int:
        """The maximum number of days after the question to which a reviewer can extend the pause."""
        ...

    @property
    def case_hours(self) -> Mapping[SupportLevel, int]: ...

    @property
    def consent_withdrawn_readable_days(self) -> int:
        """How long the reviewer who confirmed a withdrawal of consent can read the referral."""
        ...

    @property
    def alarm_hours(self) -> int: ...


class ReviewUnitOfWork(CaseUnitOfWork, Protocol):
    @property
    def reviews(self) -> ReviewRepository: ...

    @property
    def estimates(self) -> Estimates: ...

    @property
    def projections(self) -> Projections: ...

    @property
    def alarms(self) -> Alarms: ...

    @property
    def policy(self) -> ReviewPolicy: ...

    @property
    def at(self) -> datetime: ...

    def new_id(self) -> UUID: ...

    def is_bank_holiday(self, day: date) -> bool: ...

    def republish_progress(self, referral_id: UUID) -> None:
        """Publishes the current progress again, with the referral version that has arrived."""
        ...

    def make_progress(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None = None,
        question_id: UUID | None = None,
    ) -> None: ...
