"""Oversight's subscriptions: steps and times, never identities."""

from typing import Any

from services.contracts import casework, intake, scoring
from services.contracts.scoring import ModelDescribedV2
from services.oversight.apply_events import (
    ApplyAsked,
    ApplyCase,
    ApplyDecision,
    ApplyModel,
    ApplyReading,
    ApplyReferral,
    ApplyReview,
)
from services.oversight.rebuilding import RecordRepublished
from services.oversight.timelines import Asked, AskedBy, CaseChange, Decision, ReviewState
from services.platform.lost_events import RequestLostEvents, listed
from services.platform.service import Subscriptions


def referral_told(event: dict[str, Any]) -> ApplyReferral:
    return ApplyReferral(
        referral_id=event["referral_id"],
        version=event["version"],
        area=event["area"],
        received_at=event["received_at"],
    )


def review_opened(event: dict[str, Any]) -> ApplyReview:
    return _review(event, ReviewState.OPENED)


def review_claimed(event: dict[str, Any]) -> ApplyReview:
    return _review(event, ReviewState.CLAIMED)


def question_asked(event: dict[str, Any]) -> ApplyReview:
    return _review(event, ReviewState.QUESTION_ASKED)


def own_view_recorded(event: dict[str, Any]) -> ApplyReading:
    return ApplyReading(referral_id=event["referral_id"], at=event["at"])


def review_closed(event: dict[str, Any]) -> ApplyReview:
    return _review(event, ReviewState.CLOSED)


def review_decided(event: dict[str, Any]) -> ApplyDecision:
    seen = event["shown_at"] is not None
    return ApplyDecision(
        referral_id=event["referral_id"],
        version=event["version"],
        at=event["at"],
        decision=Decision(
            pathway=event["pathway"],
            level=event["level"],
            own_level=event["own_level"],
            agrees=event["agrees"] if seen else None,
            model_version=event["model_version"] if seen else None,
        ),
    )


def case_opened(event: dict[str, Any]) -> ApplyCase:
    return _case(event, CaseChange.OPENED)


def first_contact_made(event: dict[str, Any]) -> ApplyCase:
    return _case(event, CaseChange.FIRST_CONTACT_MADE)


def hand_over_confirmed(event: dict[str, Any]) -> ApplyCase:
    return _case(event, CaseChange.CONFIRMED)


def case_closed(event: dict[str, Any]) -> ApplyCase:
    return _case(event, CaseChange.CLOSED)


def case_reopened(event: dict[str, Any]) -> ApplyCase:
    return _case(event, CaseChange.REOPENED)


def equality_referred(event: dict[str, Any]) -> ApplyAsked:
    return _asked(event, AskedBy.REFERRER)


def equality_recorded(event: dict[str, Any]) -> ApplyAsked:
    return _asked(event, AskedBy.WORKER)


def model_described(event: dict[str, Any]) -> ApplyModel:
    return ApplyModel(model_version=event["model_version"], invented_data=event["invented_data"])


def republish_completed(event: dict[str, Any]) -> RecordRepublished:
    return RecordRepublished(
        request_id=event["request_id"], told={part["topic"]: part["count"] for part in event["told"]}
    )


def events_listed(event: dict[str, Any]) -> RequestLostEvents:
    return listed(event, SUBSCRIPTIONS)


SUBSCRIPTIONS: Subscriptions = {
    intake.ReferralReceivedV1: referral_told,
    intake.ReferralAmendedV1: referral_told,
    intake.EqualityRecordedV1: equality_referred,
    ModelDescribedV2: model_described,
    casework.ReviewOpenedV1: review_opened,
    casework.ReviewClaimedV1: review_claimed,
    casework.OwnViewRecordedV1: own_view_recorded,
    casework.QuestionAskedV1: question_asked,
    casework.ReviewDecidedV1: review_decided,
    casework.ReviewClosedV1: review_closed,
    casework.CaseOpenedV1: case_opened,
    casework.FirstContactMadeV1: first_contact_made,
    casework.HandOverConfirmedV1: hand_over_confirmed,
    casework.CaseClosedV1: case_closed,
    casework.CaseReopenedV1: case_reopened,
    casework.EqualityRecordedV1: equality_recorded,
    intake.RepublishCompletedV1: republish_completed,
    scoring.RepublishCompletedV1: republish_completed,
    casework.RepublishCompletedV1: republish_completed,
    casework.EventsListedV1: events_listed,
}


def _review(event: dict[str, Any], state: ReviewState) -> ApplyReview:
    return ApplyReview(referral_id=event["referral_id"], version=event["version"], state=state, at=event["at"])


def _asked(event: dict[str, Any], by: AskedBy) -> ApplyAsked:
    """ "Prefer not to say" is an answer: the young person was asked. Null means not asked, or withdrawn."""
    answers = {name: event[name] is not None for name in ("ethnicity", "sex", "disability")}
    return ApplyAsked(referral_id=event["referral_id"], by=by, answers=Asked(version=event["version"], **answers))


def _case(event: dict[str, Any], change: CaseChange) -> ApplyCase:
    return ApplyCase(referral_id=event["referral_id"], version=event["version"], change=change, at=event["at"])
