"""How each rule of the registry turns known answers into one number of the vector."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from models.features.facts import EarlierReferral, Known, has_any
from models.features.specification import Feature, Rule

ShownValue = bool | int | str | None
"""A value as a person would say it: a code, a count, a number of days, or None for not known."""

Made = tuple[float, ShownValue, date | None]
"""The number, the same as a person would say it, and the day of the evidence."""

Maker = Callable[[Known], Made]


def maker_of(feature: Feature) -> Maker:
    """The function that makes this feature's number; built once, called per referral."""
    return _MAKERS[feature.rule](feature)


def _absent(feature: Feature) -> Made:
    """What stands for an answer that was not given: see `missing` and `unknown_as` in registry.toml."""
    return feature.unknown_as, None, None


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
    number = {code: float(index) for index, code in enumerate(feature.levels)}

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
        return absent if day is None else fade((known.as_of - day).days, day)

    return make


def _earlier_referrals(feature: Feature) -> Maker:
    def make(known: Known) -> Made:
        if not known.earlier:
            return 0.0, 0, None
        found = _earlier_with(feature, known)
        number = min(len(found), int(feature.high))
        return float(number), number, found[0][1].received_on if found else None

    return make


def _recency_of_earlier_referral(feature: Feature) -> Maker:
    fade = _fading(feature)

    def make(known: Known) -> Made:
        found = _earlier_with(feature, known)
        return fade(found[0][0], found[0][1].received_on) if found else (0.0, None, None)

    return make


def sources_of(feature: Feature, known: Known) -> list[EarlierReferral]:
    """The earlier referrals that this feature's number was made from, newest first."""
    if feature.rule is Rule.EARLIER_REFERRALS:
        return [referral for _, referral in _earlier_with(feature, known)]
    if feature.rule is Rule.RECENCY_OF_EARLIER_REFERRAL:
        return [referral for _, referral in _earlier_with(feature, known)[:1]]
    by = known.given_by.get(feature.fact)
    return [by] if by else []


def _earlier_with(feature: Feature, known: Known) -> list[tuple[int, EarlierReferral]]:
    """Days ago, and each earlier referral with one of the feature's codes, newest first."""
    return [
        (days, referral)
        for days, referral in known.earlier
        if days <= feature.maximum_age_days and has_any(referral, feature.fact, feature.codes)
    ]


def _fading(feature: Feature) -> Callable[[int, date], Made]:
    half_life, oldest = feature.half_life_days, feature.maximum_age_days

    def fade(days: int, day: date) -> Made:
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
