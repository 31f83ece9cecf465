"""What is sent with the marked values in it: a whole referral, the same on a form, and much that is wrong."""

from collections.abc import Iterator
from typing import Any

from tests.canary import BORN, PERSON, TEXTS, said

RECIPIENTS = ("triage", "support_service", "childrens_services", "youth_justice", "adult_services")


def referral(**changes: Any) -> dict[str, Any]:
    """A referral with a mark in every field that a person may be known by or that is free text."""
    year, month, day = BORN
    body = {
        "area": "northside",
        "young_person": {**PERSON, "date_of_birth": f"{year}-{int(month):02}-{int(day):02}"},
        "what_happened": ["knife_or_sharp_object"],
        "immediate_danger": "no",
        "danger_note": said("danger_note"),
        "contact": {
            "safe": ["phone"],
            "note": said("safe_contact_note"),
            "do_not": ["at_home"],
            "do_not_note": said("do_not_contact_note"),
        },
        "concern": {name: said(name) for name in ("concern", "own_words", "strengths")},
        "told": {"young_person": "no", "reason": said("told_reason"), "capacity": said("capacity")},
        "police": {"told": "decided_not", "reason": said("police_reason")},
        "incident": {"place_note": said("place_note")},
        "equality": {"sex": "male"},
        "safeguarding": {"social_worker": TEXTS["social_worker"]},
        "bases": [
            {"recipient_class": recipient, "basis": "consent_parent_or_carer", "given_by": TEXTS["given_by"]}
            for recipient in RECIPIENTS
        ],
    }
    return body | changes


def minimal(age: int = 16) -> dict[str, Any]:
    return {
        "area": "northside",
        "young_person": {"age_about": age},
        "what_happened": ["threat"],
        "immediate_danger": "no",
        "contact": {"safe": ["not_known"]},
        "bases": [{"recipient_class": "triage", "basis": "safeguarding"}],
    }


def values() -> tuple[str, ...]:
    """What somebody may type in the wrong place."""
    year, month, day = BORN
    names = ("name", "nhs_number", "phone", "postcode")
    return (*(PERSON[name] for name in names), TEXTS["stray"], f"{year}-{int(month):02}-{int(day):02}")


def wrong_bodies() -> Iterator[object]:
    """Each value in a field of another kind, under a name that is no field's, much too long, and in no JSON at all."""
    for value in values():
        for place in ("age_about", "nhs_number", "phone", "postcode", "date_of_birth", "no_fixed_address"):
            yield minimal() | {"young_person": {"age_about": 15, place: f"{value}!"}}
        yield minimal() | {"young_person": {"age_about": 15, "name": value * 200}}
        yield minimal() | {"what_happened": [value], "immediate_danger": value, "bases": [{value: value}]}
        yield minimal() | {"area": value, "facts": {"injury": value, "missing_episodes_12m": value}}
        yield minimal() | {value: value, "young_person": {value: value}, "level": value, "rows": [{value: value}]}
        yield [value]
        yield value
        yield f'{{"young_person": {{"name": "{value}"'.encode()
        yield f'{{"{value}": 1, "{value}": 2}}'.encode()
        yield f"name={value}".encode()


def form_fields() -> dict[str, str]:
    """The same referral as the form's fields."""
    year, month, day = BORN
    person = {f"young_person.{name}": value for name, value in PERSON.items()}
    born = dict(zip(("day", "month", "year"), (day, month, year), strict=True))
    return {
        **person,
        **{f"young_person.date_of_birth-{part}": text for part, text in born.items()},
        "what_happened": "knife_or_sharp_object",
        "immediate_danger": "no",
        "contact.safe": "phone",
        "contact.note": said("safe_contact_note"),
        "concern.concern": said("concern"),
        "concern.own_words": said("own_words"),
        "told.young_person": "no",
        "told.reason": said("told_reason"),
        "bases.0.recipient_class": "triage",
        "bases.0.basis": "safeguarding",
        "area": "northside",
    }
