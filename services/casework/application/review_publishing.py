"""Publishes a review's steps as events: codes and times, never free text."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.casework.application.case_ports import Publisher
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain.decision import Decision, OwnView
from services.casework.domain.review import Review, ReviewState
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts import casework as contracts
from services.contracts.codes import ProgressStep
from services.contracts.schema import EventSchema

_EVENT_OF_STATE: Mapping[ReviewState, type[EventSchema]] = MappingProxyType(
    {
        ReviewState.WAITING: contracts.ReviewOpenedV1,
        ReviewState.BEING_READ: contracts.ReviewClaimedV1,
        ReviewState.QUESTION_ASKED: contracts.QuestionAskedV1,
        # Only reviewers of the area may see that there is a proposal.
        ReviewState.AGREEMENT_NEEDED: contracts.ReviewClaimedV1,
    }
)


def publish_open(review: Review, uow: ReviewUnitOfWork) -> None:
    """Publishes the state of an open review: one event per version.

    Every step repeats a waiting question, because each step replaces the previous one for the referrer.
    """
    more = {"question": review.question} if review.question else {}
    uow.publish(_EVENT_OF_STATE[review.state_at(uow.at)], _of_review(review, uow.at) | more)
    # Once a review was claimed, the referrer keeps seeing "under review", even when another reviewer claims it.
    step = ProgressStep.BEING_READ if review.first_claimed_at or review.question else ProgressStep.RECEIVED
    uow.make_progress(review.referral_id, step, review.question, review.question_id)


def publish_own_view(review: Review, view: OwnView, publisher: Publisher) -> None:
    more = {"level": view.level, "sureness": view.sureness, "estimate_seen_before": view.estimate_seen_before}
    publisher.publish(contracts.OwnViewRecordedV1, _of_review(review, view.recorded_at) | more)


def publish_decided(review: Review, decision: Decision, uow: ReviewUnitOfWork) -> None:
    _publish_decision(review, decision, uow)
    accepted = decision.pathway in TEAM_CLASS_OF
    uow.make_progress(review.referral_id, ProgressStep.ACCEPTED if accepted else ProgressStep.NOT_ACCEPTED)


def _publish_decision(review: Review, decision: Decision, publisher: Publisher) -> None:
    shown = decision.shown
    publisher.publish(
        contracts.ReviewDecidedV1,
        _of_review(review, decision.decided_at)
        | {
            "level": decision.level,
            "pathway": decision.pathway,
            "own_level": decision.own_view.level,
            "band": shown.band if shown else None,
            "agrees": decision.agrees,
            "agreement_table": decision.agreement_table,
            "difference_reasons": list(decision.difference_reasons),
            "model_version": shown.model_version if shown else None,
            "own_view_at": decision.own_view.recorded_at,
            "shown_at": decision.shown_at,
            "team_id": decision.team_id,
        },
    )


def publish_closed(review: Review, uow: ReviewUnitOfWork) -> None:
    uow.publish(contracts.ReviewClosedV1, _of_review(review, uow.at))
    uow.make_progress(review.referral_id, ProgressStep.CLOSED)


def publish_history(review: Review, publisher: Publisher, *, at: datetime) -> None:
    """Publishes the history of the review for a consumer that lost its data. Earlier states have a lower version.

    The times of opening and closing are not stored, so the referral's own times are used.
    """
    before = review.version - 1
    publisher.publish(contracts.ReviewOpenedV1, _of_review(review, review.received_at, version=1))
    if review.first_claimed_at and before:
        publisher.publish(contracts.ReviewClaimedV1, _of_review(review, review.first_claimed_at, version=before))
    for view in review.own_views:
        publish_own_view(review, view, publisher)
    if review.decision is not None:
        _publish_decision(review, review.decision, publisher)
    elif review.state is ReviewState.CLOSED:
        closed_at = review.withdrawal_asked_at or review.received_at
        publisher.publish(contracts.ReviewClosedV1, _of_review(review, closed_at))
    else:
        more = {"question": review.question} if review.question else {}
        since = review.paused_at or review.first_claimed_at or review.received_at
        publisher.publish(_EVENT_OF_STATE[review.state_at(at)], _of_review(review, since) | more)


def _of_review(review: Review, at: datetime, *, version: int | None = None) -> dict[str, Any]:
    return {
        "review_id": review.id,
        "version": version or review.version,
        "referral_id": review.referral_id,
        "referral_version": review.referral_version,
        "person_id": review.person_id,
        "area": review.area,
        "at": at,
    }
