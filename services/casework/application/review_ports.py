"""What the use cases of a review need of the outside."""

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
    """Reviews as a reviewer may know them: who asks for one that they may not know of finds none."""

    def add(self, review: Review) -> None: ...

    def get(self, review_id: UUID, reader: ReviewReader) -> Review:
        """The review, held until this transaction ends. Raises ReviewNotFound."""
        ...

    def of_referral(self, referral_id: UUID) -> Review | None:
        """The newest round, for what the system itself does on hearing of the referral."""
        ...

    def next_unclaimed(self, reader: ReviewReader, *, at: datetime) -> Review | None:
        """The first review that nobody reads at this time and no other transaction takes: danger, then due time."""
        ...

    def with_expired_claims(self, *, at: datetime, limit: int) -> Sequence[Review]:
        """Open reviews whose claim was over by then and is still written down."""
        ...

    def claimed_by(self, staff_id: UUID) -> Sequence[Review]: ...

    def save(self, review: Review) -> None:
        """Raises StaleReview when it was written since it was read."""
        ...

    def save_shown(self, view: OwnView) -> None:
        """Write what was shown last beside an own view, and nothing of the review."""
        ...


class Estimates(Protocol):
    def store(self, event: Event, *, estimated: bool) -> None:
        """Keep an estimate, or the reason for none, whether or not its referral has arrived."""
        ...

    def beside(self, view: OwnView, review: Review, reader: ReviewReader) -> EstimateShown | None:
        """The newest estimate of the version that this own view is of.

        None as well where it draws on an earlier referral that this reader may not know.
        """
        ...


class Projections(Protocol):
    """What other services told of. Every `hear_…` ignores a version no higher than the one held."""

    def apply_staff(self, event: Event) -> bool:
        """Keep who works here and what they may do. False when this version is no news."""
        ...

    def apply_team(self, event: Event) -> None: ...
    def apply_identity(self, event: Event) -> None: ...
    def apply_narrative(self, event: Event) -> None: ...
    def apply_match(self, event: Event) -> None: ...
    def apply_model(self, event: Event) -> None: ...

    def apply_referral(self, event: Event) -> bool:
        """Keep the referral's facts and bases. False when this version is no news."""
        ...

    def apply_withdrawal(self, event: Event) -> bool: ...

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        """That the referrer asked to withdraw it, if they did."""

    def confirm_withdrawal(self, referral_id: UUID, *, by: UUID, readable_until: datetime) -> None:
        """Keep that a reviewer confirmed it. Where consent was withdrawn, triage may be told no more on consent."""
        ...

    def person_of(self, referral_id: UUID) -> UUID:
        """Whom a referral that was heard is about: as it says itself, unless a match has said otherwise since."""

    def change_to_read(self, review: Review, *, referral_version: int, kind: ChangeKind) -> None:
        """Put what came after the decision before the case's worker or, with no case, before who decided."""
        ...

    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool: ...

    def change_read(self, referral_id: UUID, referral_version: int, kind: ChangeKind, *, reader: ReviewReader) -> bool:
        """Note that it was read. False when there is none that this reviewer was to read."""
        ...

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]: ...

    def hidden_from(self, review_id: UUID) -> RecipientClass | None:
        """The class of the team that no basis lets know any more of the case that this review opened, unfinished."""
        ...

    def facts_now(self, referral_id: UUID) -> FactsNow: ...

    def subject(self, referral_id: UUID) -> Subject: ...

    def teams(self) -> Collection[Team]: ...

    def other_reviewer(self, area: str, *, besides: Collection[UUID | None]) -> bool:
        """Whether somebody else reviews referrals of this area."""
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
        """Keep it beside the referrer's own. False when a reviewer recorded the same before."""
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
        """How long a claim lasts after its holder's last change."""
        ...

    @property
    def pause_working_days(self) -> int:
        """How long an unanswered question stops the clock."""
        ...

    @property
    def longest_pause_days(self) -> int:
        """How many days after the question a reviewer can put the review off to."""
        ...

    @property
    def case_hours(self) -> Mapping[SupportLevel, int]: ...

    @property
    def consent_withdrawn_readable_days(self) -> int:
        """How long who confirmed that consent was withdrawn can read the referral."""
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

    def tell_progress_again(self, referral_id: UUID) -> None:
        """Say that this version of the referral has arrived, though no step was taken."""
        ...

    def make_progress(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None = None,
        question_id: UUID | None = None,
    ) -> None: ...
