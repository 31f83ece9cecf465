"""A review's steps as the events that other services may know: codes and times, never a text."""

from typing import Any

from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain import agreement
from services.casework.domain.review import Decision, OwnView, Review
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts import casework as contracts
from services.contracts.codes import ProgressStep


def tell_opened(review: Review, uow: ReviewUnitOfWork) -> None:
    """Opened, or opened again. A question that still stands is told with the step."""
    uow.publish(contracts.ReviewOpenedV1, _of_review(review, uow))
    step = ProgressStep.BEING_READ if review.claimed_by else ProgressStep.RECEIVED
    uow.make_progress(review.referral_id, step, review.question, review.question_id)


def tell_claimed(review: Review, uow: ReviewUnitOfWork) -> None:
    uow.publish(contracts.ReviewClaimedV1, _of_review(review, uow))
    uow.make_progress(review.referral_id, ProgressStep.BEING_READ)


def tell_own_view(review: Review, view: OwnView, uow: ReviewUnitOfWork) -> None:
    said = {"level": view.level, "sureness": view.sureness, "estimate_seen_before": view.estimate_seen_before}
    uow.publish(contracts.OwnViewRecordedV1, _of_review(review, uow) | said)


def tell_question(review: Review, uow: ReviewUnitOfWork) -> None:
    uow.publish(contracts.QuestionAskedV1, _of_review(review, uow) | {"question": review.question})
    uow.make_progress(review.referral_id, ProgressStep.BEING_READ, review.question, review.question_id)


def tell_decided(review: Review, decision: Decision, uow: ReviewUnitOfWork) -> None:
    shown = decision.own_view.shown
    uow.publish(
        contracts.ReviewDecidedV1,
        _of_review(review, uow)
        | {
            "level": decision.level,
            "pathway": decision.pathway,
            "own_level": decision.own_view.level,
            "band": shown.band if shown else None,
            "agrees": decision.agrees,
            "agreement_table": agreement.VERSION,
            "difference_reasons": list(decision.difference_reasons),
            "model_version": shown.model_version if shown else None,
            "own_view_at": decision.own_view.recorded_at,
            "shown_at": decision.own_view.shown_at,
            "team_id": decision.team_id,
        },
    )
    accepted = decision.pathway in TEAM_CLASS_OF
    uow.make_progress(review.referral_id, ProgressStep.ACCEPTED if accepted else ProgressStep.NOT_ACCEPTED)


def tell_closed(review: Review, uow: ReviewUnitOfWork) -> None:
    uow.publish(contracts.ReviewClosedV1, _of_review(review, uow))
    uow.make_progress(review.referral_id, ProgressStep.CLOSED)


def _of_review(review: Review, uow: ReviewUnitOfWork) -> dict[str, Any]:
    return {
        "review_id": review.id,
        "version": review.version,
        "referral_id": review.referral_id,
        "referral_version": review.referral_version,
        "person_id": review.person_id,
        "area": review.area,
        "at": uow.at,
    }
