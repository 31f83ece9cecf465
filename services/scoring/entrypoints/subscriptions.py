"""What scoring listens to, and the command that each event gives."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.contracts import casework, oversight
from services.contracts.casework import OutcomeRecordedV1
from services.contracts.codes import EstimateCause, OrganisationClass, Source
from services.contracts.intake import MatchChangedV1, ReferralAmendedV1, ReferralReceivedV1, ReferralWithdrawnV1
from services.kernel.republish import RequestLostEvents, listed
from services.kernel.retelling import asked
from services.kernel.service import Subscriptions
from services.scoring.application.hear_match import HearMatch
from services.scoring.application.hear_outcome import HearOutcome
from services.scoring.application.hear_referral import HearReferral
from services.scoring.application.hear_withdrawal import HearWithdrawal
from services.scoring.application.ports import RecordedOutcome


def received(event: dict[str, Any]) -> HearReferral:
    return _told(event, EstimateCause.RECEIVED)


def amended(event: dict[str, Any]) -> HearReferral:
    return _told(event, EstimateCause.AMENDED)


def withdrawn(event: dict[str, Any]) -> HearWithdrawal:
    return HearWithdrawal(
        referral_id=event["referral_id"], person_id=event["person_id"], withdrawn_at=event["withdrawn_at"]
    )


def match_changed(event: dict[str, Any]) -> HearMatch:
    return HearMatch(
        match_id=event["match_id"],
        version=event["version"],
        linked=event["state"] == "linked",
        referral_ids=event["referral_ids"],
        person_ids=event["person_ids"],
        changed_at=event["changed_at"],
    )


def outcome_recorded(event: dict[str, Any]) -> HearOutcome:
    return HearOutcome(
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
    casework.RetellingAskedV1: asked,
    oversight.RetellingAskedV1: asked,
}


def _told(event: dict[str, Any], cause: EstimateCause) -> HearReferral:
    return HearReferral(
        referral_id=event["referral_id"],
        version=event["version"],
        person_id=event["person_id"],
        received_at=event["received_at"],
        told_at=event["amended_at"] or event["received_at"],
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
