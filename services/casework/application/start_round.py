"""Use case: start a new review of a decided referral whose new information needs a decision."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import publish_open
from services.casework.domain.case import CaseState
from services.casework.domain.review import CaseStillOpen, NewerRound
from services.casework.domain.review_reader import ReviewReader

_STILL_OPEN = (CaseState.OPEN, CaseState.AWAITING_CONFIRMATION)


@dataclass(frozen=True, kw_only=True)
class StartRound:
    """`review_id` is the decided review, `round_id` the one that starts."""

    review_id: UUID
    round_id: UUID
    reader: ReviewReader
    revision: int | None


def start_round(command: StartRound, uow: ReviewUnitOfWork) -> UUID:
    """Raises ReviewNotFound, StaleReview, OwnReferral, ReviewNotDecided, NewerRound, CaseStillOpen."""
    decided = uow.reviews.get(command.review_id, command.reader)
    newest = uow.reviews.of_referral(decided.referral_id)
    if newest is None or newest.id != decided.id:
        raise NewerRound
    decided.must_be_at(command.revision)
    case = uow.cases.newest_of(decided.referral_id)
    if case is not None and case.state in _STILL_OPEN and case.stopped_at is None:
        raise CaseStillOpen
    review = decided.start_round(
        review_id=command.round_id,
        by=command.reader.staff_id,
        facts=uow.projections.facts_now(decided.referral_id),
        at=uow.at,
        hours=uow.policy.review_hours,
    )
    uow.reviews.add(review)
    publish_open(review, uow)
    named = {"referral": str(review.referral_id), "round": review.round}
    uow.audit("review.round_started", subject_type="review", subject_id=review.id, details=named)
    return review.id
