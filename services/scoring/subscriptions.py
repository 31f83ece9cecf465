"""The events that scoring subscribes to, and the command that each one becomes."""

from collections.abc import Mapping
from typing import Any

from services.contracts import casework, oversight
from services.contracts.casework import OutcomeRecordedV1
from services.contracts.codes import EstimateCause, OrganisationClass, Source
from services.contracts.intake import MatchChangedV1, ReferralAmendedV1, ReferralReceivedV1, ReferralWithdrawnV1
from services.platform.lost_events import RequestLostEvents, listed
from services.platform.republish import asked
from services.platform.service import Subscriptions
from services.scoring.on_events import ApplyMatch, ApplyOutcome, ApplyReferral, ApplyWithdrawal
from services.scoring.referral import coded


def received(event: dict[str, Any]) -> ApplyReferral:
    return _version(event, EstimateCause.RECEIVED)


def amended(event: dict[str, Any]) -> ApplyReferral:
    return _version(event, EstimateCause.AMENDED)


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
        id=event["outcome_id"],
        version=event["version"],
        case_id=event["case_id"],
        referral_id=event["referral_id"],
        person_id=event["person_id"],
        outcome=event["outcome"],
        at=event["at"],
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


def _version(event: dict[str, Any], cause: EstimateCause) -> ApplyReferral:
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
    """Who referred. A referral from a police organisation comes from the police, whatever channel it used."""
    source = Source(event["source"])
    by_police = event["referred_by"]["organisation_class"] is OrganisationClass.POLICE
    return Source.POLICE if by_police and source is not Source.HKC_SCREENING else source
