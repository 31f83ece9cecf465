"""Event handlers: a referral was received, amended or withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.casework.application.raise_alarms import compare_facts
from services.casework.application.review_ports import Event, ReviewUnitOfWork
from services.casework.application.review_publishing import publish_open
from services.casework.domain.change import ChangeKind
from services.casework.domain.review import OPEN_STATES, Review, ReviewState
from services.casework.domain.review_clock import Departure
from services.contracts.codes import Answer


@dataclass(frozen=True)
class ApplyReferral:
    """A referral as received or amended, in any order of arrival."""

    event: Mapping[str, Any]


@dataclass(frozen=True)
class ApplyWithdrawal:
    event: Mapping[str, Any]


def on_referral(command: ApplyReferral, uow: ReviewUnitOfWork) -> None:
    """A known version is sent again because intake has no acknowledgement of it, so progress is published again."""
    event = command.event
    compare_facts(event, uow)
    if not uow.projections.apply_referral(event):
        uow.republish_progress(event["referral_id"])
        return
    review = uow.reviews.of_referral(event["referral_id"])
    if review is None:
        _open(event, uow)
    elif review.state in OPEN_STATES:
        _begin_again(review, event, uow)
    else:
        uow.projections.change_to_read(review, referral_version=event["version"], kind=ChangeKind.AMENDED)
        uow.republish_progress(review.referral_id)


def on_withdrawal(command: ApplyWithdrawal, uow: ReviewUnitOfWork) -> None:
    """Records the request. A person confirms it; it never closes a case."""
    event = command.event
    is_new = uow.projections.apply_withdrawal(event)
    review = uow.reviews.of_referral(event["referral_id"])
    if review is None:
        return
    if is_new:
        _record_withdrawal_request(review, event, uow)
    uow.republish_progress(review.referral_id)


def _record_withdrawal_request(review: Review, event: Event, uow: ReviewUnitOfWork) -> None:
    if review.state in OPEN_STATES:
        review.ask_withdrawal(at=event["withdrawn_at"])
        uow.reviews.save(review)
    elif review.state is ReviewState.DECIDED:
        uow.projections.change_to_read(review, referral_version=event["version"], kind=ChangeKind.WITHDRAWN)


def _open(event: Event, uow: ReviewUnitOfWork) -> None:
    danger = _danger(event)
    review = Review(
        id=uow.new_id(),
        referral_id=event["referral_id"],
        referral_version=event["version"],
        person_id=uow.projections.person_of(event["referral_id"]),
        referred_by=event["referred_by"]["staff_id"],
        area=event["area"],
        state=ReviewState.WAITING,
        danger=danger,
        received_at=event["received_at"],
        due_at=uow.policy.review_hours.due_at(event["received_at"], danger=danger, departure=_departure(event)),
        leaves_at=event["discharge_expected_at"],
        leaves_known_at=_stated_at(event) if event["discharge_expected_at"] else None,
    )
    withdrawal = uow.projections.withdrawal(review.referral_id)
    review.withdrawal_asked_at = withdrawal.withdrawn_at if withdrawal else None
    uow.reviews.add(review)
    publish_open(review, uow)
    uow.audit("review.opened", subject_type="review", subject_id=review.id)


def _begin_again(review: Review, event: Event, uow: ReviewUnitOfWork) -> None:
    danger = _danger(event)
    review.facts_changed(
        referral_version=event["version"],
        danger=danger,
        leaves_at=event["discharge_expected_at"],
        at=uow.at,
        stated_at=_stated_at(event),
        hours=uow.policy.review_hours,
        answers=event["answers_question"],
    )
    review.area, review.person_id = event["area"], uow.projections.person_of(review.referral_id)
    uow.reviews.save(review)
    publish_open(review, uow)


def _stated_at(event: Event) -> datetime:
    """Returns when the referrer made this version."""
    stated_at: datetime = event["amended_at"] or event["received_at"]
    return stated_at


def _departure(event: Event) -> Departure | None:
    leaves_at = event["discharge_expected_at"]
    return Departure(at=leaves_at, known_at=_stated_at(event)) if leaves_at else None


def _danger(event: Event) -> bool:
    return event["facts"]["immediate_danger"] is Answer.YES
