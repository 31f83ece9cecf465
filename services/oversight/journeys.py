"""How one referral moved, from events without identities. Noting the same events in any order gives the same journey."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, Pathway, SupportLevel


class Step(StrEnum):
    """Where a referral stands. Exactly one holds."""

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
    """Who put the equality questions: each counts its own versions."""

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
    """Whether somebody asked the young person. What they said is not kept here, only that they were asked."""

    version: int = 0
    ethnicity: bool = False
    sex: bool = False
    disability: bool = False


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One referral's steps. The versions are those of the aggregate that each event told of.

    A referral that is reviewed again, or has a second case, counts once: it stands where the newest review and case
    do, whose versions go on from those before; its decision is the newest; each time is that of the first who got there.
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
    """Where a referral stands of which no decision holds."""
    return _AT_REVIEW.get(state, Step.BEING_READ)


def received(journey: Journey, *, version: int, area: str, received_at: datetime) -> Journey:
    if version <= journey.version:
        return journey
    return replace(journey, version=version, area=area, received_at=received_at)


def read(journey: Journey, *, at: datetime) -> Journey:
    """A reviewer has read it. The first reading counts, however often another takes over."""
    return replace(journey, first_claimed_at=min(at, journey.first_claimed_at or at))


def reviewed(journey: Journey, *, version: int, state: ReviewState, at: datetime) -> Journey:
    """A review changed, or was told again as it stands."""
    if state is ReviewState.CLAIMED:
        journey = read(journey, at=at)
    if version <= journey.review_version:
        return journey
    return replace(journey, review_version=version, review_state=state)


def decided(journey: Journey, *, version: int, decision: Decision, at: datetime) -> Journey:
    journey = reviewed(journey, version=version, state=ReviewState.DECIDED, at=at)
    journey = replace(journey, decided_at=min(at, journey.decided_at or at))
    if version <= journey.decided_version:
        return journey
    return replace(journey, decided_version=version, decision=decision)


def worked(journey: Journey, *, version: int, change: CaseChange, at: datetime) -> Journey:
    """A case or hand-over changed."""
    if change is CaseChange.OPENED:
        opened = max(version, journey.opened_version)
        journey = replace(journey, case_opened_at=min(at, journey.case_opened_at or at), opened_version=opened)
    if change is CaseChange.FIRST_CONTACT_MADE:
        made = max(version, journey.contacted_version)
        journey = replace(journey, first_contact_at=min(at, journey.first_contact_at or at), contacted_version=made)
    if change is CaseChange.CONFIRMED:
        made = max(version, journey.confirmed_version)
        journey = replace(journey, confirmed_at=min(at, journey.confirmed_at or at), confirmed_version=made)
    if version <= journey.case_version:
        return journey
    closed = change is CaseChange.CLOSED
    return replace(journey, case_version=version, case_closed=closed, case_closed_at=at if closed else None)


def asked(journey: Journey, *, by: AskedBy, answers: Asked) -> Journey:
    """The highest version of each who asks holds: an answer taken back counts as not asked."""
    if by is AskedBy.REFERRER:
        return replace(journey, referrer_asked=_newer(journey.referrer_asked, answers))
    return replace(journey, worker_asked=_newer(journey.worker_asked, answers))


def _newer(held: Asked, told: Asked) -> Asked:
    return told if told.version > held.version else held
