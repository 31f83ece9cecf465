"""Use cases: read a review, claim it or the next one, extend or release a claim, and end expired claims."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.casework.application.review_ports import Event, ReviewUnitOfWork
from services.casework.application.review_publishing import publish_open
from services.casework.domain.review import ClaimEnded, Review
from services.casework.domain.review_reader import ReviewReader
from services.platform.errors import NotFound
from services.platform.i18n import N_

_PAGE_SIZE = 100


class NoReviewWaits(NotFound):
    """Every review visible to this person is decided, claimed or waiting for an answer."""

    title = N_("No referral waits for you")


@dataclass(frozen=True, kw_only=True)
class ReadReview:
    review_id: UUID
    reader: ReviewReader


@dataclass(frozen=True, kw_only=True)
class ClaimReview:
    """Another reviewer's claim stays unless `take_over`."""

    review_id: UUID
    reader: ReviewReader
    take_over: bool = False


@dataclass(frozen=True, kw_only=True)
class ClaimNextReview:
    reader: ReviewReader


@dataclass(frozen=True, kw_only=True)
class ExtendClaim:
    """The claim's owner is still working."""

    review_id: UUID
    reader: ReviewReader


@dataclass(frozen=True, kw_only=True)
class ReleaseClaim:
    review_id: UUID
    reader: ReviewReader


@dataclass(frozen=True)
class EndExpiredClaims:
    """Publishes claims that expired. Queries here ignore expired claims already."""


@dataclass(frozen=True)
class StaffSignedOut:
    event: Event


def read_review(command: ReadReview, uow: ReviewUnitOfWork) -> Review:
    """Returns the review, ended or not, and audits the read. Raises ReviewNotFound."""
    review = uow.reviews.get(command.review_id, command.reader)
    named = {"referral": str(review.referral_id)}
    uow.audit("review.read", subject_type="review", subject_id=review.id, reason="review", details=named)
    return review


def claim_review(command: ClaimReview, uow: ReviewUnitOfWork) -> None:
    """Raises ReviewNotFound, ReviewEnded, OwnReferral."""
    _claim(uow.reviews.get(command.review_id, command.reader), command.reader, uow, take_over=command.take_over)


def claim_next_review(command: ClaimNextReview, uow: ReviewUnitOfWork) -> UUID:
    """Claims the first unclaimed review: danger first, then due time. Raises NoReviewWaits."""
    review = uow.reviews.next_unclaimed(command.reader, at=uow.at)
    if review is None:
        raise NoReviewWaits
    _claim(review, command.reader, uow, take_over=False)
    return review.id


def extend_claim(command: ExtendClaim, uow: ReviewUnitOfWork) -> None:
    """Raises ReviewNotFound, ClaimEnded."""
    review = uow.reviews.get(command.review_id, command.reader)
    if not at_work(review, command.reader, uow):
        raise ClaimEnded
    uow.reviews.save(review)


def release_claim(command: ReleaseClaim, uow: ReviewUnitOfWork) -> None:
    """Does nothing if the person has no claim. Raises ReviewNotFound."""
    review = uow.reviews.get(command.review_id, command.reader)
    if review.claimant(uow.at) == command.reader.staff_id:
        end_claim(review, "review.claim_released", uow)


def end_expired_claims(_command: EndExpiredClaims, uow: ReviewUnitOfWork) -> int:
    """Returns the number of claims that ended."""
    expired = uow.reviews.with_expired_claims(at=uow.at, limit=_PAGE_SIZE)
    for review in expired:
        end_claim(review, "review.claim_expired", uow)
    return len(expired)


def on_staff_signed_out(command: StaffSignedOut, uow: ReviewUnitOfWork) -> None:
    """Ends the person's claims, except one used after the sign-out, in another browser."""
    event = command.event
    end_claims_of(event["staff_id"], uow, last_used_by=event["signed_out_at"], what="review.claim_signed_out")


def end_claims_of(staff_id: UUID, uow: ReviewUnitOfWork, *, last_used_by: datetime, what: str) -> None:
    """Ends the person's claims that were last used by then."""
    for review in uow.reviews.claimed_by(staff_id):
        expires_at = review.claim_expires_at
        if expires_at is not None and expires_at - uow.policy.claim_lasts <= last_used_by:
            end_claim(review, what, uow)


def at_work(review: Review, reader: ReviewReader, uow: ReviewUnitOfWork) -> bool:
    """Extends the reviewer's claim when they send something. Returns False if they have none."""
    return review.extend_claim(reader.staff_id, at=uow.at, until=uow.at + uow.policy.claim_lasts)


def _claim(review: Review, reader: ReviewReader, uow: ReviewUnitOfWork, *, take_over: bool) -> None:
    before = review.claimant(uow.at)
    until = uow.at + uow.policy.claim_lasts
    claimed = review.claim(reader.staff_id, at=uow.at, until=until, take_over=take_over)
    uow.reviews.save(review)
    if claimed:
        publish_open(review, uow)
        what = "review.taken_over" if before else "review.claimed"
        uow.audit(what, subject_type="review", subject_id=review.id)


def end_claim(review: Review, what: str, uow: ReviewUnitOfWork) -> None:
    review.end_claim()
    uow.reviews.save(review)
    publish_open(review, uow)
    uow.audit(what, subject_type="review", subject_id=review.id)
