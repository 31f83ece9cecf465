"""What scoring listens to, and the command that each event gives."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.contracts import casework, oversight
from services.contracts.casework import OutcomeRecordedV1
from services.contracts.codes import EstimateCause, OrganisationClass, Source
from services.contracts.intake import MatchChangedV1, ReferralAmendedV1, ReferralReceivedV1, ReferralWithdrawnV1
from services.platform.lost_events import RequestLostEvents, listed
from services.platform.republish import asked
from services.platform.service import Subscriptions
from services.scoring.application.on_match import ApplyMatch
from services.scoring.application.on_outcome import ApplyOutcome
from services.scoring.application.on_referral import ApplyReferral
from services.scoring.application.on_withdrawal import ApplyWithdrawal
from services.scoring.application.ports import RecordedOutcome


def received(event: dict[str, Any]) -> ApplyReferral:
    return _told(event, EstimateCause.RECEIVED)


def amended(event: dict[str, Any]) -> ApplyReferral:
    return _told(event, EstimateCause.AMENDED)


def withdrawn(event: dict[str, Any]) -> ApplyWithdrawal:
    return ApplyWithdrawal(
        referral_id=event["referral_id"], person_id=event["person_id"], withdrawn_at=event["withdrawn_at"]
    )


def match_changed(event: dict[str, Any]) -> ApplyMatch:
    return ApplyMatch(
        match_id=event["match_id"],
        version=event["version"],
        linked=event["state"] == "linked",
        referral_ids=event["referral_ids"],
        person_ids=event["person_ids"],
        changed_at=event["changed_at"],
    )


def outcome_recorded(event: dict[str, Any]) -> ApplyOutcome:
    return ApplyOutcome(
        outcome=RecordedOutcome(
            id=event["outcome_id"],
            version=event["version"],
            case_id=event["case_id"],
            referral_id=event["referral_id"],
            person_id=event["person_id"],
            outcome=event["outcome"],
            at=event["at"],
        )
    )


def events_listed(event: dict[str, Any]) -> RequestLostEvents:
    return listed(event, SUBSCRIPTIONS)


SUBSCRIPTIONS: Subscriptions = {
    ReferralReceivedV1: received,
    ReferralAmendedV1: amended,
    ReferralWithdrawnV1: withdrawn,
    MatchChangedV1: match_changed,
    OutcomeRecordedV1: outcome_recorded,
    casework.EventsListedV1: events_listed,
    casework.RepublishRequestedV1: asked,
    oversight.RepublishRequestedV1: asked,
}


def _told(event: dict[str, Any], cause: EstimateCause) -> ApplyReferral:
    return ApplyReferral(
        referral_id=event["referral_id"],
        version=event["version"],
        person_id=event["person_id"],
        received_at=event["received_at"],
        stated_at=event["amended_at"] or event["received_at"],
        facts={"age": event["age"], **coded(event["facts"])},
        area=event["area"],
        source=_source(event),
        cause=cause,
    )


def _source(event: Mapping[str, Any]) -> Source:
    """Who referred. What a police organisation's system sent comes from the police, however it came."""
    source = Source(event["source"])
    by_police = event["referred_by"]["organisation_class"] is OrganisationClass.POLICE
    return Source.POLICE if by_police and source is not Source.HKC_SCREENING else source


def coded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain JSON values, for the model and for storage."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
