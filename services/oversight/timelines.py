"""How one referral moved, from events without identities.

The same events in any order give the same timeline.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, Pathway, SupportLevel


class Step(StrEnum):
    """The current step of a referral. Exactly one applies."""

    WAITING = "waiting"
    BEING_READ = "being_read"
    QUESTION_ASKED = "question_asked"
    ENDED_AT_REVIEW = "ended_at_review"
    CASE_OPENED = "case_opened"
    FIRST_CONTACT_MADE = "first_contact_made"
    CASE_CLOSED = "case_closed"
    HAND_OVER_WAITING = "hand_over_waiting"
    HAND_OVER_CONFIRMED = "hand_over_confirmed"
    WITHDRAWN = "withdrawn"


class ReviewState(StrEnum):
    OPENED = "opened"
    CLAIMED = "claimed"
    QUESTION_ASKED = "question_asked"
    DECIDED = "decided"
    CLOSED = "closed"


class AskedBy(StrEnum):
    """Who asked the equality questions: each has its own versions."""

    REFERRER = "referrer"
    WORKER = "worker"


class CaseChange(StrEnum):
    OPENED = "opened"
    FIRST_CONTACT_MADE = "first_contact_made"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"


_AT_REVIEW = {
    ReviewState.OPENED: Step.WAITING,
    ReviewState.CLAIMED: Step.BEING_READ,
    ReviewState.QUESTION_ASKED: Step.QUESTION_ASKED,
    ReviewState.CLOSED: Step.WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`agrees` is None when it was decided without the estimate."""

    pathway: Pathway
    level: SupportLevel
    own_level: SupportLevel
    agrees: bool | None
    model_version: str | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whether somebody asked the young person. Only this is stored, not the answer."""

    version: int = 0
    ethnicity: bool = False
    sex: bool = False
    disability: bool = False


@dataclass(frozen=True, kw_only=True)
class ReferralTimeline:
    """One referral's steps. The versions are those of the aggregate that each event describes.

    A referral that is reviewed again, or has a second case, counts once: its step is that of the newest review and
    case, whose versions continue from those before; its decision is the newest; each time is that of the first to get
    there.
    """

    referral_id: UUID
    version: int = 0
    area: str | None = None
    received_at: datetime | None = None
    review_version: int = 0
    review_state: ReviewState = ReviewState.OPENED
    first_claimed_at: datetime | None = None
    decided_version: int = 0
    decided_at: datetime | None = None
    decision: Decision | None = None
    case_version: int = 0
    case_closed: bool = False
    opened_version: int = 0
    contacted_version: int = 0
    confirmed_version: int = 0
    case_opened_at: datetime | None = None
    first_contact_at: datetime | None = None
    confirmed_at: datetime | None = None
    case_closed_at: datetime | None = None
    referrer_asked: Asked = Asked()
    worker_asked: Asked = Asked()

    @property
    def ethnicity_asked(self) -> bool:
        return self.referrer_asked.ethnicity or self.worker_asked.ethnicity

    @property
    def sex_asked(self) -> bool:
        return self.referrer_asked.sex or self.worker_asked.sex

    @property
    def disability_asked(self) -> bool:
        return self.referrer_asked.disability or self.worker_asked.disability

    @property
    def step(self) -> Step:
        if self.decision is None or self.review_state is not ReviewState.DECIDED:
            return at_review(self.review_state)
        if self.decision.pathway in HAND_OVERS:
            confirmed = self.confirmed_at and self.confirmed_version >= self.opened_version
            return Step.HAND_OVER_CONFIRMED if confirmed else Step.HAND_OVER_WAITING
        if self.decision.pathway not in CASE_PATHWAYS:
            return Step.ENDED_AT_REVIEW
        if self.case_closed:
            return Step.CASE_CLOSED
        contacted = self.first_contact_at and self.contacted_version >= self.opened_version
        return Step.FIRST_CONTACT_MADE if contacted else Step.CASE_OPENED


def at_review(state: ReviewState) -> Step:
    """The step of a referral without a valid decision."""
    return _AT_REVIEW.get(state, Step.BEING_READ)


def received(timeline: ReferralTimeline, *, version: int, area: str, received_at: datetime) -> ReferralTimeline:
    if version <= timeline.version:
        return timeline
    return replace(timeline, version=version, area=area, received_at=received_at)


def read(timeline: ReferralTimeline, *, at: datetime) -> ReferralTimeline:
    """A reviewer has read it. The first reading counts, however often the review is reassigned."""
    return replace(timeline, first_claimed_at=min(at, timeline.first_claimed_at or at))


def reviewed(timeline: ReferralTimeline, *, version: int, state: ReviewState, at: datetime) -> ReferralTimeline:
    """A review changed, or was republished."""
    if state is ReviewState.CLAIMED:
        timeline = read(timeline, at=at)
    if version <= timeline.review_version:
        return timeline
    return replace(timeline, review_version=version, review_state=state)


def decided(timeline: ReferralTimeline, *, version: int, decision: Decision, at: datetime) -> ReferralTimeline:
    timeline = reviewed(timeline, version=version, state=ReviewState.DECIDED, at=at)
    timeline = replace(timeline, decided_at=min(at, timeline.decided_at or at))
    if version <= timeline.decided_version:
        return timeline
    return replace(timeline, decided_version=version, decision=decision)


def worked(timeline: ReferralTimeline, *, version: int, change: CaseChange, at: datetime) -> ReferralTimeline:
    """A case or hand-over changed."""
    if change is CaseChange.OPENED:
        opened = max(version, timeline.opened_version)
        timeline = replace(timeline, case_opened_at=min(at, timeline.case_opened_at or at), opened_version=opened)
    if change is CaseChange.FIRST_CONTACT_MADE:
        made = max(version, timeline.contacted_version)
        timeline = replace(timeline, first_contact_at=min(at, timeline.first_contact_at or at), contacted_version=made)
    if change is CaseChange.CONFIRMED:
        made = max(version, timeline.confirmed_version)
        timeline = replace(timeline, confirmed_at=min(at, timeline.confirmed_at or at), confirmed_version=made)
    if version <= timeline.case_version:
        return timeline
    closed = change is CaseChange.CLOSED
    return replace(timeline, case_version=version, case_closed=closed, case_closed_at=at if closed else None)


def asked(timeline: ReferralTimeline, *, by: AskedBy, answers: Asked) -> ReferralTimeline:
    """Applies the highest version of each asker: a withdrawn answer counts as not asked."""
    if by is AskedBy.REFERRER:
        return replace(timeline, referrer_asked=_newer(timeline.referrer_asked, answers))
    return replace(timeline, worker_asked=_newer(timeline.worker_asked, answers))


def _newer(held: Asked, told: Asked) -> Asked:
    return told if told.version > held.version else held
