"""A review of one referral, from waiting to decided. A reviewer records their own view before seeing an estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from services.casework.domain import agreement, support_pathways
from services.casework.domain.decision import (
    AgreementNeeded,
    Decision,
    NothingProposed,
    OwnProposal,
    OwnView,
    Proposal,
    ProposalOutcome,
    Shown,
)
from services.casework.domain.review_clock import Departure, ReviewHours
from services.contracts.codes import DifferenceReason, Pathway, Question, SupportLevel, Sureness
from services.platform.clock import not_before
from services.platform.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, ReadItFirst, Stale
from services.platform.i18n import N_


class ReviewState(StrEnum):
    WAITING = "waiting"
    BEING_READ = "being_read"
    """Shown for a waiting review while a claim on it lasts; never stored."""
    QUESTION_ASKED = "question_asked"
    AGREEMENT_NEEDED = "agreement_needed"
    """A proposed decision waits for a second reviewer. The due time runs."""
    DECIDED = "decided"
    CLOSED = "closed"


OPEN_STATES = (
    ReviewState.WAITING,
    ReviewState.BEING_READ,
    ReviewState.QUESTION_ASKED,
    ReviewState.AGREEMENT_NEEDED,
)
_ENDED: Mapping[ReviewState, str] = MappingProxyType(
    {
        ReviewState.DECIDED: N_("A decision has already been recorded. Your own view is saved."),
        ReviewState.CLOSED: N_("The referral was withdrawn, and a reviewer closed the review."),
    }
)


class ReviewNotFound(NotFound):
    """The review does not exist, or this person may not read it."""


class StaleReview(Stale):
    """Somebody else changed the review after it was read."""

    title = N_("This review has changed since you opened it: read it again, then send again")


class ReviewEnded(Conflict):
    """The review was already decided or closed."""

    title = N_("This review has ended")


class OwnReferral(Forbidden):
    """A referrer cannot review their own referral."""

    title = N_("You made this referral, so somebody else must review it")


class OwnViewFirst(Conflict):
    """The reviewer must record a view of the current facts before the estimate and the decision."""

    title = N_("Record your own view first")


class OwnViewAlreadyRecorded(Conflict):
    """The reviewer has already recorded a view, which cannot be changed."""

    title = N_("You have already recorded your view")


class NotWhereThereIsDanger(Conflict):
    """A question would pause the due time, which is not allowed where there may be immediate danger."""

    title = N_("There may be immediate danger, so this cannot wait for an answer")


class QuestionWaits(Conflict):
    """A question is already waiting for the referrer's answer."""

    title = N_("A question is already waiting for the referrer's answer")


class ClaimEnded(Conflict):
    """The claim to extend has expired or belongs to another reviewer."""

    title = N_("You are no longer reviewing this referral")


class NoQuestionWaits(Conflict):
    """No question is waiting for an answer."""

    title = N_("No question is waiting for the referrer's answer")


class NotThatLate(Invalid):
    """The date is not after today, or is later than the maximum."""

    def __init__(self) -> None:
        super().__init__(
            errors=[FieldError("/on", N_("Enter a date after today and no later than the last possible date"))]
        )


class ReviewNotDecided(Conflict):
    """Only a decided referral can be reviewed again."""

    title = N_("Only a decided referral can be reviewed again")


class NewerRound(Conflict):
    """Another reviewer has started a new review of this referral."""

    title = N_("A new review of this referral has already started")


class CaseStillOpen(Conflict):
    """A case is open, so its team acts on changes."""

    title = N_("The case is still open: its team acts on the changes")


class NothingToConfirm(Conflict):
    """There is no request to withdraw this referral."""

    title = N_("Nobody has asked to withdraw this referral")


class ReasonsMissing(Invalid):
    """The decision needs a reason."""


@dataclass(frozen=True, kw_only=True)
class FactsNow:
    """The current facts with which a new round starts."""

    version: int
    area: str
    danger: bool
    leaves_at: datetime | None


@dataclass(kw_only=True)
class Review:
    id: UUID
    referral_id: UUID
    referral_version: int
    person_id: UUID
    referred_by: UUID | None
    area: str
    state: ReviewState
    danger: bool
    received_at: datetime
    """When it was received; for a later round, when that round started."""
    due_at: datetime
    claimed_by: UUID | None = None
    claimed_at: datetime | None = None
    claim_expires_at: datetime | None = None
    first_claimed_at: datetime | None = None
    """When anybody first claimed it."""
    question: Question | None = None
    question_id: UUID | None = None
    paused_at: datetime | None = None
    pause_ends_at: datetime | None = None
    """When the due time runs again, answered or not."""
    paused_seconds: int = 0
    """The total paused time, with the current pause counted to its end."""
    leaves_at: datetime | None = None
    leaves_known_at: datetime | None = None
    withdrawal_asked_at: datetime | None = None
    decision: Decision | None = None
    round: int = 1
    """A decided referral may be reviewed again. The newest round counts; versions continue across rounds."""
    estimate_seen_in_earlier_rounds: frozenset[UUID] = frozenset()
    version: int = 1
    """Incremented by every change; the version of published events."""
    revision: int = 1
    """Incremented only by changes that a reviewer must have read before writing, so not by claims and views."""
    own_views: list[OwnView] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    stored_version: int = 0

    def own_view_of(self, reviewer: UUID) -> OwnView | None:
        """Returns the reviewer's view of the current facts, or None."""
        return next(
            (v for v in self.own_views if v.reviewer_id == reviewer and v.referral_version == self.referral_version),
            None,
        )

    def claimant(self, at: datetime) -> UUID | None:
        """Returns who has claimed it at this time, ignoring expired claims."""
        return self.claimed_by if self.claim_expires_at is not None and self.claim_expires_at > at else None

    def state_at(self, at: datetime) -> ReviewState:
        """Returns the state to show."""
        read = self.state is ReviewState.WAITING and self.claimant(at) is not None
        return ReviewState.BEING_READ if read else self.state

    def claim(self, by: UUID, *, at: datetime, until: datetime, take_over: bool = False) -> bool:
        """Claims the review. Returns whether that changed it; another reviewer's claim stays unless taken over."""
        self.must_be_open()
        self.must_not_be_own(by)
        if self.extend_claim(by, at=at, until=until) or (self.claimant(at) is not None and not take_over):
            return False
        self.claimed_by, self.claimed_at, self.claim_expires_at = by, at, until
        self.first_claimed_at = self.first_claimed_at or at
        self.version += 1
        return True

    def extend_claim(self, by: UUID, *, at: datetime, until: datetime) -> bool:
        """Extends the reviewer's claim. Returns False if they have none."""
        if self.claim_expires_at is None or self.claimant(at) != by:
            return False
        self.claim_expires_at = max(self.claim_expires_at, until)
        return True

    def end_claim(self) -> None:
        self._drop_claim()
        self.version += 1

    def must_be_at(self, revision: int | None) -> None:
        """`revision` is the one that the writer read. Raises ReadItFirst, StaleReview."""
        if revision is None:
            raise ReadItFirst
        if revision != self.revision:
            raise StaleReview

    def record_own_view(
        self, *, view_id: UUID, by: UUID, level: SupportLevel, sureness: Sureness, why: str, at: datetime
    ) -> OwnView:
        """Records the reviewer's view, before any estimate of these facts. It cannot be changed."""
        self.must_be_open()
        self.must_not_be_own(by)
        if self.own_view_of(by) is not None:
            raise OwnViewAlreadyRecorded
        view = OwnView(
            id=view_id,
            reviewer_id=by,
            referral_version=self.referral_version,
            level=level,
            sureness=sureness,
            why=why,
            recorded_at=at,
            estimate_seen_before=self._has_seen_estimate(by),
        )
        self.own_views.append(view)
        self.version += 1
        return view

    def show(self, by: UUID, shown: Shown, *, at: datetime) -> bool:
        """Records what this reviewer is shown: the first estimate and each replacement. Returns whether it is new.

        Also used after the decision, because a reviewer who saw an estimate must see its replacement. Does not change the
        review's version.
        """
        view = self.own_view_of(by)
        if view is None:
            raise OwnViewFirst
        if view.shown is None:
            if shown.band is None or self.state not in OPEN_STATES:
                return False
            at = not_before(at, view.recorded_at)
            view.shown_at, view.shown = at, replace(shown, at=at)
            return True
        if shown.sequence <= view.shown.sequence or shown.is_same_as(view.shown):
            return False
        view.replaced.append(view.shown)
        view.shown = replace(shown, at=not_before(at, view.shown.at or view.recorded_at))
        return True

    @property
    def proposal(self) -> Proposal | None:
        """The proposal that waits for a second reviewer."""
        return next((proposal for proposal in self.proposals if proposal.outcome is None), None)

    def would_decide(
        self,
        *,
        by: UUID,
        level: SupportLevel,
        pathway: Pathway,
        reasons: str,
        difference_reasons: Sequence[DifferenceReason],
        team_id: UUID | None,
        at: datetime,
    ) -> Decision:
        """Returns the decision for `decide` or `propose`, without changing the review.

        Raises ReviewEnded, OwnReferral, OwnViewFirst, ReasonsMissing, LevelAndPathwayDisagree.
        """
        self.must_be_open()
        self.must_not_be_own(by)
        view = self.own_view_of(by)
        if view is None:
            raise OwnViewFirst
        band = view.shown.band if view.shown else None
        agrees = agreement.agrees(level, band) if band else None
        _check_reasons(level, agrees, difference_reasons)
        support_pathways.check(level, pathway)
        return Decision(
            own_view=view,
            decided_by=by,
            decided_at=not_before(at, view.recorded_at, view.shown_at),
            level=level,
            pathway=pathway,
            reasons=reasons,
            difference_reasons=tuple(difference_reasons) if agrees is False else (),
            agrees=agrees,
            team_id=team_id,
            shown_at=view.shown_at,
            shown=view.shown,
        )

    def decide(self, decision: Decision) -> None:
        """Records the decision, replacing any waiting proposal. Raises AgreementNeeded."""
        if self.needs_agreement(decision):
            raise AgreementNeeded
        self._end_proposal(ProposalOutcome.REPLACED, at=decision.decided_at, by=decision.decided_by)
        self._decided(decision)

    def needs_agreement(self, decision: Decision) -> bool:
        return support_pathways.needs_agreement(decision.level, decision.pathway, danger=self.danger)

    def propose(self, decision: Decision, *, proposal_id: UUID) -> Proposal:
        """Proposes the decision to a second reviewer, replacing any waiting proposal. The due time still runs."""
        self._end_proposal(ProposalOutcome.REPLACED, at=decision.decided_at, by=decision.decided_by)
        proposal = Proposal(id=proposal_id, referral_version=self.referral_version, proposed=decision)
        self.proposals.append(proposal)
        self.state = ReviewState.AGREEMENT_NEEDED
        # Releases the claim so that another reviewer can claim it next.
        self._drop_claim()
        self._change()
        return proposal

    def answer_proposal(self, *, by: UUID, agree: bool, reason: str, at: datetime) -> Decision | None:
        """Agrees, which decides the review, or refuses, which returns it to waiting. Returns the decision, if any.

        Raises ReviewEnded, OwnReferral, NothingProposed, OwnProposal.
        """
        self.must_be_open()
        self.must_not_be_own(by)
        proposal = self.proposal
        if proposal is None:
            raise NothingProposed
        if proposal.proposed.decided_by == by:
            raise OwnProposal
        outcome = ProposalOutcome.AGREED if agree else ProposalOutcome.REFUSED
        self._end_proposal(outcome, at=at, by=by, reason=reason)
        if not agree:
            self._change()
            return None
        decision = replace(proposal.proposed, decided_at=not_before(at, proposal.proposed.decided_at))
        self._decided(decision)
        return decision

    @property
    def departure(self) -> Departure | None:
        if self.leaves_at is None or self.leaves_known_at is None:
            return None
        return Departure(at=self.leaves_at, known_at=self.leaves_known_at)

    def ask(
        self, *, by: UUID, question: Question, question_id: UUID, at: datetime, until: datetime, hours: ReviewHours
    ) -> None:
        """Asks the referrer one question and pauses the due time until the answer, at most until `until`."""
        self.must_be_open()
        self.must_not_be_own(by)
        if self.own_view_of(by) is None:
            raise OwnViewFirst
        if self.danger:
            raise NotWhereThereIsDanger
        if self.question_id is not None:
            raise QuestionWaits
        self.question, self.question_id = question, question_id
        self.paused_at = self.pause_ends_at = at
        self.state = ReviewState.QUESTION_ASKED
        self._pause(at, until, hours)
        self._change()

    def extend_pause(self, *, by: UUID, at: datetime, until: datetime, latest: datetime, hours: ReviewHours) -> None:
        """Extends the pause until `until`. Raises NoQuestionWaits, NotWhereThereIsDanger, NotThatLate."""
        self.must_be_open()
        self.must_not_be_own(by)
        if self.danger:
            raise NotWhereThereIsDanger
        if self.question is None:
            raise NoQuestionWaits
        if not at < until <= latest:
            raise NotThatLate
        self._pause(at, until, hours)
        self._change()

    def facts_changed(
        self,
        *,
        referral_version: int,
        danger: bool,
        leaves_at: datetime | None,
        at: datetime,
        stated_at: datetime,
        hours: ReviewHours,
        answers: UUID | None = None,
    ) -> None:
        """The referrer amended the referral, so every reviewer records a new view. `answers` is the answered question's id.

        A pause ends when the question is answered or there may be danger.
        """
        self.must_be_open()
        self._end_proposal(ProposalOutcome.FACTS_CHANGED, at=at)
        if self.question is not None and (danger or answers == self.question_id):
            self._end_pause(at)
        if leaves_at != self.leaves_at:
            self.leaves_at, self.leaves_known_at = leaves_at, stated_at
        self.referral_version, self.danger = referral_version, danger
        self._set_due(hours)
        if self.question is None:
            self.state = ReviewState.WAITING
        self._change()

    def ask_withdrawal(self, *, at: datetime) -> None:
        """Records the referrer's request to withdraw. A person confirms it or decides anyway."""
        self.must_be_open()
        self.withdrawal_asked_at = at
        self._change()

    def confirm_withdrawal(self, *, by: UUID, at: datetime) -> None:
        self.must_be_open()
        self.must_not_be_own(by)
        if self.withdrawal_asked_at is None:
            raise NothingToConfirm
        self._end_proposal(ProposalOutcome.WITHDRAWN, at=at, by=by)
        self._end(ReviewState.CLOSED)

    def _end_proposal(
        self, outcome: ProposalOutcome, *, at: datetime, by: UUID | None = None, reason: str | None = None
    ) -> None:
        """Ends the waiting proposal, which stays as history."""
        if (proposal := self.proposal) is not None:
            proposal.end(outcome, at=at, by=by, reason=reason)
            self.state = ReviewState.WAITING

    def _decided(self, decision: Decision) -> None:
        self.decision = decision
        self._end(ReviewState.DECIDED)

    def _pause(self, at: datetime, until: datetime, hours: ReviewHours) -> None:
        """Pauses the due time until `until`, but not past the latest useful time before they leave hospital."""
        before_leaving = hours.before(self.departure)
        if before_leaving is not None and before_leaving > at:
            until = min(until, before_leaving)
        ends = self.pause_ends_at or at
        self.paused_seconds += int((until - max(ends, at)).total_seconds())
        self.pause_ends_at = until
        self._set_due(hours)

    def _end_pause(self, at: datetime) -> None:
        if self.paused_at is not None and self.pause_ends_at is not None:
            unused = self.pause_ends_at - max(at, self.paused_at)
            self.paused_seconds -= max(0, int(unused.total_seconds()))
        self._drop_question()

    def _set_due(self, hours: ReviewHours) -> None:
        self.due_at = hours.due_at(
            self.received_at,
            danger=self.danger,
            paused_for=timedelta(seconds=self.paused_seconds),
            departure=self.departure,
        )

    def _drop_question(self) -> None:
        self.question = self.question_id = self.paused_at = self.pause_ends_at = None

    def start_round(
        self, *, review_id: UUID, by: UUID, facts: "FactsNow", at: datetime, hours: ReviewHours
    ) -> "Review":
        """Starts a new round with its own views and decision. This round's decision does not change.

        Raises OwnReferral, ReviewNotDecided.
        """
        self.must_not_be_own(by)
        if self.state is not ReviewState.DECIDED:
            raise ReviewNotDecided
        seen = {view.reviewer_id for view in self.own_views if view.shown_at is not None}
        review = Review(
            id=review_id,
            referral_id=self.referral_id,
            referral_version=facts.version,
            person_id=self.person_id,
            referred_by=self.referred_by,
            area=facts.area,
            state=ReviewState.WAITING,
            danger=facts.danger,
            received_at=at,
            due_at=at,
            leaves_at=facts.leaves_at,
            leaves_known_at=at if facts.leaves_at else None,
            round=self.round + 1,
            version=self.version + 1,
            revision=self.revision + 1,
            estimate_seen_in_earlier_rounds=self.estimate_seen_in_earlier_rounds | seen,
        )
        review._set_due(hours)
        return review

    def _has_seen_estimate(self, by: UUID) -> bool:
        seen = any(view.shown_at is not None and view.reviewer_id == by for view in self.own_views)
        return seen or by in self.estimate_seen_in_earlier_rounds

    def _end(self, state: ReviewState) -> None:
        """Ends the review, with any unanswered question and claim."""
        self.state = state
        self._drop_question()
        self._drop_claim()
        self._change()

    def _drop_claim(self) -> None:
        self.claimed_by = self.claimed_at = self.claim_expires_at = None

    def _change(self) -> None:
        """Increments version and revision."""
        self.version += 1
        self.revision += 1

    def must_be_open(self) -> None:
        if self.state not in OPEN_STATES:
            raise ReviewEnded(_ENDED[self.state])

    def must_not_be_own(self, by: UUID) -> None:
        if self.referred_by == by:
            raise OwnReferral


def _check_reasons(level: SupportLevel, agrees: bool | None, given: Sequence[DifferenceReason]) -> None:
    if level is SupportLevel.NOT_ENOUGH_INFORMATION:
        ask = N_("Ask the referrer a question, or decide with what is known")
        raise ReasonsMissing(errors=[FieldError("/level", ask)])
    if agrees is False and not given:
        why = N_("Say why your decision differs from the estimate")
        raise ReasonsMissing(errors=[FieldError("/difference_reasons", why)])
