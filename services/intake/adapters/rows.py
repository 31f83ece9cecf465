"""A version of a referral as rows, and back: codes, who it is, free text and equality apart."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from services.contracts.codes import Answer, Involvement, Question, WhatHappened
from services.intake.domain import content as domain
from services.intake.domain.content import Content

_T = TypeVar("_T")

_OWN_COLUMNS = ("name", "date_of_birth", "nhs_number", "phone", "address", "postcode")
_TEXTS = {
    "concern": ("concern", "own_words", "strengths"),
    "disclosure": ("reason", "capacity", "refusal"),
    "police": ("reason",),
    "incident": ("place_note", "mechanism"),
    "safeguarding": ("social_worker",),
    "referrer": ("phone", "callback"),
}
"""The free-text fields by part. They are stored with the narrative."""


def codes_of(content: Content) -> dict[str, Any]:
    """Returns the coded answers as JSON, without any free text."""
    codes = {
        "what_happened": list(content.what_happened),
        "immediate_danger": content.immediate_danger,
        "involvement": list(content.involvement),
        "facts": {name: _plain(value) for name, value in content.facts.items()},
        "offer": _without_empty(asdict(content.offer)),
        "interpreter_needed": content.young_person.interpreter_needed,
        "no_fixed_address": content.young_person.no_fixed_address,
    }
    for part, words in _TEXTS.items():
        codes[part] = _without_empty({k: v for k, v in asdict(getattr(content, part)).items() if k not in words})
    return codes


def identity_of(content: Content) -> dict[str, Any]:
    """The row of who it is."""
    who = asdict(content.young_person)
    own = {name: who.pop(name) for name in _OWN_COLUMNS}
    return {
        **own,
        "more": {"young_person": _without_empty(who), "contact": _without_empty(asdict(content.contact))},
    }


def texts_of(content: Content) -> dict[str, Any]:
    """What was written in words."""
    texts: dict[str, Any] = {"danger_note": content.danger_note, "answer": content.answer}
    texts["answered"] = {question.value: text for question, text in content.answered.items()}
    for part, words in _TEXTS.items():
        texts[part] = _without_empty({word: getattr(getattr(content, part), word) for word in words})
    return _without_empty(texts)


def equality_of(content: Content) -> dict[str, Any]:
    return _without_empty(asdict(content.equality))


def content_of(
    *,
    codes: Mapping[str, Any],
    bases: tuple[domain.Basis, ...],
    identity: Mapping[str, Any],
    texts: Mapping[str, Any],
    equality: Mapping[str, Any],
    answers_question: Any,
) -> Content:
    """Returns the content of one version from its rows."""
    parts = {part: {**codes.get(part, {}), **texts.get(part, {})} for part in _TEXTS}
    return Content(
        what_happened=_read(tuple[WhatHappened, ...], codes["what_happened"]),
        immediate_danger=Answer(codes["immediate_danger"]),
        involvement=_read(tuple[Involvement, ...], codes["involvement"]),
        facts=_facts(codes["facts"]),
        bases=bases,
        young_person=young_person_of(identity),
        contact=_read(domain.Contact, identity["more"]["contact"]),
        danger_note=texts.get("danger_note"),
        incident=_read(domain.Incident, parts["incident"]),
        concern=_read(domain.Concern, parts["concern"]),
        disclosure=_read(domain.Informed, parts["disclosure"]),
        police=_read(domain.Police, parts["police"]),
        safeguarding=_read(domain.Safeguarding, parts["safeguarding"]),
        offer=_read(domain.Offer, codes["offer"]),
        referrer=_read(domain.Referrer, parts["referrer"]),
        equality=_read(domain.Equality, equality),
        answer=texts.get("answer"),
        answers_question=answers_question,
        answered={Question(question): text for question, text in texts.get("answered", {}).items()},
    )


def young_person_of(identity: Mapping[str, Any]) -> domain.YoungPerson:
    """Who it is, from the row of who it is."""
    own = {name: identity[name] for name in _OWN_COLUMNS}
    read: domain.YoungPerson = _read(domain.YoungPerson, {**identity["more"]["young_person"], **own})
    return read


def _facts(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Facts are stored in their published form; only `weapon_found_by_police_on` is a date."""
    found = plain.get("weapon_found_by_police_on")
    return {**plain, "weapon_found_by_police_on": date.fromisoformat(found)} if found else dict(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items() if value not in (None, (), [], {}, False)} | {
        name: False for name, value in values.items() if value is False
    }


def _read(kind: Any, value: Any) -> Any:
    """A plain value as the type that the domain has for it."""
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        known = _kinds(kind)
        return kind(**{name: _read(known[name], inner) for name, inner in value.items() if name in known})
    if get_origin(kind) is UnionType:
        return _read(next(one for one in get_args(kind) if one is not type(None)), value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    return _converted(kind, value)


@cache
def _kinds(kind: type) -> dict[str, Any]:
    """The type of each field."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _converted(kind: Any, value: Any) -> Any:
    if isinstance(value, str) and kind in (date, datetime):
        return kind.fromisoformat(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, StrEnum) else value
