"""What the demonstration's referrals say: coded facts drawn by chance, and sentences that nobody said."""

import random
from datetime import datetime, timedelta
from typing import Any

from services.demo.people import NO_FIXED_ABODE, Person

_CONCERNS = (
    "Came in with a cut to the forearm. Would not say how it happened. Seemed frightened of going home by the usual way.",
    "Says older boys want money for a lost package. Phone rang the whole time we talked.",
    "Third visit this year after a fight. Wants to go back to football but the club is in the other area.",
    "School says they have not been seen for two weeks. Older sibling came along and answered every question.",
    "Was with a friend who was stabbed last month. Sleeps badly, startles at noises.",
    "Carried something for protection, threw it away before the ambulance came. Ashamed, wants help to stop.",
)
_OWN_WORDS = (
    "I just want to get to school without looking behind me.",
    "I would talk to somebody if it was not at my house.",
    "They know where my nan lives.",
    "I am fine when I am at boxing.",
)
_STRENGTHS = (
    "Close to an aunt, who picks them up. Good at cooking, wants to try for college.",
    "Meets a mentor at the youth club every Thursday.",
    "Has kept a Saturday job for a year.",
)
_FACTS: dict[str, tuple[Any, ...]] = {
    "injury": ("none", "minor", "needs_treatment", "admitted"),
    "violence_attendances_12m": (0, 0, 1, 1, 2, 4),
    "self_harm_12m": (False, False, False, True),
    "alcohol_or_drugs_involved": (False, False, True),
    "substance_use": ("none", "none", "occasional", "frequent"),
    "mental_health_need": (False, True),
    "weapon_believed_present": (False, False, True),
    "retaliation_feared": (False, True),
    "siblings_at_risk": (False, False, True),
    "education_status": ("in_education", "in_education", "part_time_timetable", "suspended", "not_in_education"),
    "often_absent": (False, True),
    "looked_after_now": (False, False, False, True),
    "childrens_services": ("none", "none", "child_in_need"),
    "missing_episodes_12m": (0, 0, 0, 1, 3),
    "peers_in_violence": (False, True),
    "violence_at_home_12m": (False, False, True),
    "housing_unstable": (False, False, True),
}
_WHAT_HAPPENED = (
    ["knife_or_sharp_object"],
    ["assault_no_weapon"],
    ["threat", "exploitation_concern"],
    ["weapon_carrying_concern"],
    ["knife_or_sharp_object", "exploitation_concern"],
    ["blunt_object"],
)
_INVOLVEMENT = (["victim"], ["victim"], ["victim", "exploited"], ["at_risk"], ["victim", "suspected"], ["witness"])
_EXPLOITATION: tuple[list[str], ...] = (
    ["debt", "phone_activity"],
    ["older_controlling_contacts"],
    ["unexplained_money_or_gifts"],
    [],
)
_PROTECTIVE: tuple[list[str], ...] = (
    ["trusted_adult"],
    ["trusted_adult", "wants_change"],
    ["positive_activity"],
    [],
    ["supportive_family"],
)

_ANSWERED = 0.7
"""How often a referrer at 2 a.m. knows the answer to a question that may be left out."""

EVERYONE = ("triage", "support_service", "childrens_services", "youth_justice", "adult_services")


def referral(
    person: Person, *, at: datetime, chance: random.Random, area: str, danger: str | None = None
) -> dict[str, Any]:
    """The body of one referral, as the API takes it, made at `at`; `danger` is the answer, where the scenario needs one."""
    arrived = at - timedelta(minutes=chance.randrange(25, 180))
    facts = {name: chance.choice(values) for name, values in _FACTS.items() if chance.random() < _ANSWERED}
    if signs := chance.choice(_EXPLOITATION):
        facts["exploitation_signs"] = signs
    if protective := chance.choice(_PROTECTIVE):
        facts["strengths"] = protective
    return {
        "area": area,
        "young_person": _young_person(person, chance),
        "contact": {
            "safe": ["phone", "text"],
            "note": "After four o'clock",
            "do_not": chance.choice([["at_home"], []]),
        },
        "what_happened": chance.choice(_WHAT_HAPPENED),
        "immediate_danger": danger or chance.choices(["no", "not_known", "yes"], weights=[6, 3, 1])[0],
        "involvement": chance.choice(_INVOLVEMENT),
        "facts": facts,
        "incident": {
            "happened_at": (arrived - timedelta(minutes=50)).isoformat(timespec="minutes"),
            "arrived_at": arrived.isoformat(timespec="minutes"),
            "discharge_expected_at": (at + timedelta(hours=3)).isoformat(timespec="minutes"),
        },
        "concern": {
            "concern": chance.choice(_CONCERNS),
            "own_words": chance.choice(_OWN_WORDS),
            "strengths": chance.choice(_STRENGTHS),
        },
        "bases": [_basis(recipient) for recipient in EVERYONE],
        "told": {"young_person": "yes"},
        "police": {"told": chance.choice(["yes", "not_yet"])},
    }


def _basis(recipient: str) -> dict[str, Any]:
    consent = recipient in ("support_service", "youth_justice")
    return {"recipient_class": recipient, "basis": "consent_young_person" if consent else "safeguarding"}


def _young_person(person: Person, chance: random.Random) -> dict[str, Any]:
    return {
        "name": person.name,
        "date_of_birth": person.date_of_birth.isoformat(),
        "nhs_number": person.nhs_number,
        "phone": person.phone,
        "postcode": NO_FIXED_ABODE,
        "no_fixed_address": chance.random() < 0.05,
    }
