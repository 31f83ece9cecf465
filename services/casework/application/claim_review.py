"""Use cases: a reviewer opens a review, takes it over, or asks for the next one."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import tell_open
from services.casework.domain.review import OPEN_STATES, Review
from services.casework.domain.review_reader import ReviewReader
from services.kernel.errors import NotFound
from services.kernel.text import N_


class NoReviewWaits(NotFound):
    """Every review that this person may know of is decided or open with somebody."""

    title = N_("No referral waits for you")


@dataclass(frozen=True, kw_only=True)
class OpenReview:
    """Opening claims a review that nobody has; another reviewer's claim stays unless it is taken over."""

    review_id: UUID
    reader: ReviewReader
    take_over: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenNextReview:
    reader: ReviewReader


def open_review(command: OpenReview, uow: ReviewUnitOfWork) -> Review:
    """Gives the review, ended or not. Raises ReviewNotFound."""
    review = uow.reviews.get(command.review_id, command.reader)
    if review.state in OPEN_STATES:
        _claim(review, command.reader, uow, take_over=command.take_over)
    named = {"referral": str(review.referral_id)}
    uow.audit("review.read", subject_type="review", subject_id=review.id, reason="review", details=named)
    return review


def open_next_review(command: OpenNextReview, uow: ReviewUnitOfWork) -> UUID:
    """Claims the soonest due review that nobody has open. Raises NoReviewWaits."""
    review = uow.reviews.next_unclaimed(command.reader)
    if review is None:
        raise NoReviewWaits
    _claim(review, command.reader, uow, take_over=False)
    return review.id


def _claim(review: Review, reader: ReviewReader, uow: ReviewUnitOfWork, *, take_over: bool) -> None:
    before = review.claimed_by
    if not review.claim(reader.staff_id, at=uow.at, take_over=take_over):
        return
    uow.reviews.save(review)
    tell_open(review, uow)
    what = "review.taken_over" if before else "review.claimed"
    uow.audit(what, subject_type="review", subject_id=review.id)
