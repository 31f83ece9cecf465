"""Events as intake sends them, and a function that gives them to scoring as the consumer does."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from services.contracts import envelope
from services.contracts.codes import (
    AgeBasis,
    Injury,
    Involvement,
    OrganisationClass,
    Source,
    WhatHappened,
    WithdrawalReason,
)
from services.contracts.intake import MatchChangedV1, ReferralAmendedV1, ReferralReceivedV1, ReferralWithdrawnV1
from services.contracts.schema import EventSchema
from services.platform.messaging.translate import Translator
from services.platform.service import Service
from tests.factories.scoring import day

FACTS = {
    "what_happened": [WhatHappened.KNIFE_OR_SHARP_OBJECT],
    "involvement": [Involvement.VICTIM],
    "injury": Injury.NEEDS_TREATMENT,
    "retaliation_feared": True,
    "violence_attendances_12m": 1,
    "self_harm_12m": False,
    "alcohol_or_drugs_involved": False,
    "weapon_believed_present": False,
}
"""With the age enough answers for an estimate, and none that stands in a later referral."""


def received(
    referral: UUID, person: UUID, *, at: float = 0, age: int | None = 15, area: str = "northside", **facts: Any
) -> bytes:
    return event(ReferralReceivedV1, _referral(referral, person, at=at, age=age, area=area, facts=facts))


def amended(
    referral: UUID, person: UUID, *, version: int, received_at: float, at: float, area: str = "northside", **facts: Any
) -> bytes:
    data = _referral(referral, person, at=received_at, age=15, area=area, facts=facts)
    return event(ReferralAmendedV1, {**data, "version": version, "amended_at": day(at)})


def withdrawn(referral: UUID, person: UUID, *, version: int, at: float) -> bytes:
    data = {"referral_id": referral, "version": version, "person_id": person, "withdrawn_at": day(at)}
    return event(ReferralWithdrawnV1, {**data, "reason": WithdrawalReason.DUPLICATE})


def match(match_id: UUID, referrals: Sequence[UUID], persons: Sequence[UUID], *, version: int, at: float) -> bytes:
    return event(
        MatchChangedV1,
        {
            "match_id": match_id,
            "version": version,
            "person_id": persons[0],
            "state": "linked" if persons[0] == persons[1] else "undone",
            "referral_ids": list(referrals),
            "person_ids": list(persons),
            "agreeing": ["name"],
            "contradicting": [],
            "changed_at": day(at),
        },
    )


def event(schema: type[EventSchema], data: Mapping[str, Any]) -> bytes:
    return envelope.write(schema, data, event_id=uuid4(), time=day(30), correlation_id=uuid4(), causation_id=None)


def handle(service: Service, *values: bytes) -> int:
    """Handle the events as one batch. Returns how many were new."""
    translator = Translator(service.subscriptions)
    commands = [translator.command_of(value) for value in values]
    return service.dispatcher.handle_events([command for command in commands if command])


def _referral(
    referral: UUID, person: UUID, *, at: float, age: int | None, area: str, facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "referral_id": referral,
        "version": 1,
        "reference": "R-7Q2M9K",
        "person_id": person,
        "received_at": day(at),
        "source": Source.AE_NAVIGATOR,
        "area": area,
        "referred_by": {"staff_id": None, "organisation_id": None, "organisation_class": OrganisationClass.HEALTH},
        "age": age,
        "age_basis": AgeBasis.ESTIMATED,
        "facts": {**FACTS, **facts},
        "bases": [],
    }
