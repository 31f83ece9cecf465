"""Use cases: a reviewer records their own view and only then may see the estimate."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.claim_review import at_work
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import publish_own_view
from services.casework.domain.decision import OwnView, Shown
from services.casework.domain.estimate import Estimated, EstimateShown
from services.casework.domain.review import OwnViewFirst, Review
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import SupportLevel, Sureness
from services.platform.failpoints import failpoint


@dataclass(frozen=True, kw_only=True)
class RecordOwnView:
    """`revision` is the one that the reviewer read."""

    review_id: UUID
    reader: ReviewReader
    level: SupportLevel
    sureness: Sureness
    why: str
    revision: int | None


@dataclass(frozen=True, kw_only=True)
class ShowEstimate:
    review_id: UUID
    reader: ReviewReader


@dataclass(frozen=True, kw_only=True)
class ShowReplacement:
    """Asks whether the estimate that this reviewer was shown has been replaced."""

    review_id: UUID
    reader: ReviewReader


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A reviewer's own view and scoring's result for the same facts; None if there is no result yet."""

    review: Review
    own_view: OwnView
    estimate: EstimateShown | None


def record_own_view(command: RecordOwnView, uow: ReviewUnitOfWork) -> OwnView:
    """Raises ReviewNotFound, ReadItFirst, StaleReview, ReviewEnded, OwnReferral, OwnViewAlreadyRecorded."""
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    review.must_be_at(command.revision)
    view = review.record_own_view(
        view_id=uow.new_id(),
        by=command.reader.staff_id,
        level=command.level,
        sureness=command.sureness,
        why=command.why,
        at=uow.at,
    )
    at_work(review, command.reader, uow)
    uow.reviews.save(review)
    failpoint("casework.unaided_saved")
    publish_own_view(review, view, uow)
    uow.audit("review.own_view_recorded", subject_type="review", subject_id=review.id)
    return view


def show_estimate(command: ShowEstimate, uow: ReviewUnitOfWork) -> Comparison:
    """Raises ReviewNotFound, and OwnViewFirst until this reviewer's own view of these facts is recorded."""
    review = uow.reviews.get(command.review_id, command.reader)
    view = review.own_view_of(command.reader.staff_id)
    if view is None:
        raise OwnViewFirst
    estimate = uow.estimates.beside(view, review, command.reader)
    if estimate is not None:
        _note_shown(estimate, review, view, uow)
    named = {"referral": str(review.referral_id)}
    uow.audit("review.estimate_shown", subject_type="review", subject_id=review.id, reason="review", details=named)
    return Comparison(review=review, own_view=view, estimate=estimate)


def show_replacement(command: ShowReplacement, uow: ReviewUnitOfWork) -> OwnView | None:
    """Returns the own view with what this reviewer was shown, if it was replaced, before or after the decision.

    Raises ReviewNotFound.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    view = review.own_view_of(command.reader.staff_id)
    if view is None or view.shown is None:
        return None
    estimate = uow.estimates.beside(view, review, command.reader)
    if estimate is not None and _note_shown(estimate, review, view, uow):
        named = {"referral": str(review.referral_id)}
        uow.audit("review.estimate_shown", subject_type="review", subject_id=review.id, reason="review", details=named)
    return view if view.replaced else None


def _note_shown(estimate: EstimateShown, review: Review, view: OwnView, uow: ReviewUnitOfWork) -> bool:
    answer = estimate.answer if isinstance(estimate.answer, Estimated) else None
    counted = estimate.answer.answers
    shown = Shown(
        sequence=estimate.sequence,
        band=answer.band if answer else None,
        model_version=answer.model_version if answer else None,
        probability=answer.probability if answer else None,
        cause=estimate.cause,
        known_answers=counted.known if counted else None,
        all_answers=counted.all if counted else None,
    )
    is_new = review.show(view.reviewer_id, shown, at=uow.at)
    if is_new:
        uow.reviews.save_shown(view)
        failpoint("casework.score_revealed")
    return is_new
