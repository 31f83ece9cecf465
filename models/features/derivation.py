"""How each rule of the registry turns known answers into one number of the vector."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

from models.features.facts import Known, codes_of
from models.features.specification import Feature, Missing, Rule

NOT_KNOWN = math.nan

ShownValue = bool | int | str | None
"""A value as a person would say it: a code, a count, a number of days, or None for not known."""

Made = tuple[float, ShownValue, date | None]
"""The number, the same as a person would say it, and the day of the evidence."""

Maker = Callable[[Known], Made]


def maker_of(feature: Feature) -> Maker:
    """The function that makes this feature's number; built once, called per referral."""
    return _MAKERS[feature.rule](feature)


def _absent(feature: Feature) -> Made:
    """What stands for an answer nobody gave: see `missing` in registry.toml."""
    if feature.missing is Missing.UNKNOWN:
        return NOT_KNOWN, None, None
    # Nothing recorded and least reassuring are both zero: no record, no strength named.
    return 0.0, None, None


def _as_said(feature: Feature) -> Maker:
    fact, absent = feature.fact, _absent(feature)

    def make(known: Known) -> Made:
        answer = known.answers.get(fact)
        if answer is None:
            return absent
        return float(answer), answer, known.given_on[fact]

    return make


def _level(feature: Feature) -> Maker:
    fact, absent = feature.fact, _absent(feature)
    number = {code: float(place) for place, code in enumerate(feature.levels)}

    def make(known: Known) -> Made:
        answer = known.answers.get(fact)
        if answer is None:
            return absent
        return number[answer], answer, known.given_on[fact]

    return make


def _any_code(feature: Feature) -> Maker:
    fact, absent, wanted = feature.fact, _absent(feature), frozenset(feature.codes)

    def make(known: Known) -> Made:
        codes = known.answers.get(fact)
        if codes is None:
            return absent
        said = not wanted.isdisjoint(codes)
        return float(said), said, known.given_on[fact]

    return make


def _number_of_codes(feature: Feature) -> Maker:
    fact, absent = feature.fact, _absent(feature)

    def make(known: Known) -> Made:
        codes = known.answers.get(fact)
        if codes is None:
            return absent
        number = len(codes)
        return float(number), number, known.given_on[fact]

    return make


def _recency_of_date(feature: Feature) -> Maker:
    fact, absent, fade = feature.fact, _absent(feature), _fading(feature)

    def make(known: Known) -> Made:
        day = known.answers.get(fact)
        return absent if day is None else fade(day, known.as_of)

    return make


def _earlier_referrals(feature: Feature) -> Maker:
    def make(known: Known) -> Made:
        days = _days_of_earlier(feature, known)
        number = min(len(days), int(feature.high))
        return float(number), number, days[0] if days else None

    return make


def _recency_of_earlier_referral(feature: Feature) -> Maker:
    fade = _fading(feature)

    def make(known: Known) -> Made:
        days = _days_of_earlier(feature, known)
        return fade(days[0], known.as_of) if days else (0.0, None, None)

    return make


def _days_of_earlier(feature: Feature, known: Known) -> list[date]:
    """The days of earlier referrals with one of the feature's codes, newest first."""
    oldest = known.as_of - timedelta(days=feature.maximum_age_days)
    return [
        referral.received_on
        for referral in known.earlier
        if referral.received_on >= oldest and not codes_of(referral, feature.fact).isdisjoint(feature.codes)
    ]


def _fading(feature: Feature) -> Callable[[date, date], Made]:
    half_life, oldest = feature.half_life_days, feature.maximum_age_days

    def fade(day: date, as_of: date) -> Made:
        days = (as_of - day).days
        return (2.0 ** (-days / half_life), days, day) if days <= oldest else (0.0, None, None)

    return fade


_MAKERS: dict[Rule, Callable[[Feature], Maker]] = {
    Rule.AS_SAID: _as_said,
    Rule.LEVEL: _level,
    Rule.ANY_CODE: _any_code,
    Rule.NUMBER_OF_CODES: _number_of_codes,
    Rule.RECENCY_OF_DATE: _recency_of_date,
    Rule.EARLIER_REFERRALS: _earlier_referrals,
    Rule.RECENCY_OF_EARLIER_REFERRAL: _recency_of_earlier_referral,
}
