"""Reads the feature registry, and refuses one that breaks a rule of the house."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from models.features.specification import (
    Domain,
    Fact,
    FactKind,
    Feature,
    Gateway,
    Kind,
    Missing,
    Monotone,
    Origin,
    Registry,
    Rule,
)

OLDEST_EVIDENCE_DAYS = 730  # an "ever" feature gives no way out: nothing counts for longer
NEVER_A_FEATURE = re.compile(
    r"ethnic|race\b|\bsex\b|gender|religio|disab|postcode|\barea|lsoa|msoa|address|national", re.I
)
SAYS_EVER = re.compile(r"\bever\b|\blifetime\b|\bhistory of\b", re.I)

_FACT_KEYS = {"kind", "codes", "unknown_codes", "low", "high", "stands_for_days"}
_FEATURE_KEYS = {
    "name", "label", "domain", "kind", "from", "origin", "police_generated",
    "maximum_age_days", "monotone", "missing", "gateways",
}  # fmt: skip
_FEATURE_OPTIONAL = {"levels", "high", "half_life_days", "unknown_as"}
_RULE_KINDS = {
    Rule.AS_SAID: (Kind.FLAG, Kind.COUNT, Kind.YEARS),
    Rule.LEVEL: (Kind.LEVEL,),
    Rule.ANY_CODE: (Kind.FLAG,),
    Rule.NUMBER_OF_CODES: (Kind.COUNT,),
    Rule.RECENCY_OF_DATE: (Kind.RECENCY,),
    Rule.EARLIER_REFERRALS: (Kind.COUNT,),
    Rule.RECENCY_OF_EARLIER_REFERRAL: (Kind.RECENCY,),
}


class RegistryRefused(ValueError):
    """The registry breaks a rule; the message names the feature and the rule."""


@cache
def registry() -> Registry:
    """The project's own registry, read once."""
    text = resources.files("models.features").joinpath("registry.toml").read_text("utf-8")
    return read(tomllib.loads(text))


def read(document: Mapping[str, Any]) -> Registry:
    """A registry from a parsed TOML document. Raises RegistryRefused."""
    _keys("the registry", document, {"version", "minimum_known_facts", "facts", "features"})
    try:
        facts = {name: _fact(name, table) for name, table in document["facts"].items()}
        features = tuple(_feature(table, facts) for table in document["features"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, RegistryRefused):
            raise
        raise RegistryRefused(f"not readable: {error!r}") from error
    names = [feature.name for feature in features]
    _must(len(set(names)) == len(names), "the registry", "names a feature twice")
    used = {feature.fact for feature in features}
    _must(used == set(facts), "the registry", f"has facts nobody uses: {sorted(set(facts) - used)}")
    return Registry(document["version"], document["minimum_known_facts"], facts, features)


def _fact(name: str, table: Mapping[str, Any]) -> Fact:
    _keys(name, table, {"kind"}, _FACT_KEYS)
    kind = FactKind(table["kind"])
    codes = tuple(table.get("codes", ()))
    _must(bool(codes) == (kind in (FactKind.CODE, FactKind.CODES)), name, "codes and kind disagree")
    _must(set(table.get("unknown_codes", ())) <= set(codes), name, "unknown_codes must be codes")
    _must(("high" in table) == (kind is FactKind.COUNT), name, "a count, only, has low and high")
    return Fact(
        name=name,
        kind=kind,
        codes=codes,
        unknown_codes=tuple(table.get("unknown_codes", ())),
        low=table.get("low", 0),
        high=table.get("high", 0),
        stands_for_days=table.get("stands_for_days", 0),
    )


def _feature(table: Mapping[str, Any], facts: Mapping[str, Fact]) -> Feature:
    name = str(table.get("name", "a feature without a name"))
    _keys(name, table, _FEATURE_KEYS, _FEATURE_KEYS | _FEATURE_OPTIONAL)
    source = table["from"]
    _keys(name, source, {"rule", "fact"}, {"rule", "fact", "codes"})
    _must(source["fact"] in facts, name, f"comes from an unknown fact {source['fact']!r}")
    fact = facts[source["fact"]]
    kind = Kind(table["kind"])
    low, high = _range(table, kind, fact)
    feature = Feature(
        name=name,
        label=table["label"],
        domain=Domain(table["domain"]),
        kind=kind,
        rule=Rule(source["rule"]),
        fact=fact.name,
        codes=tuple(source.get("codes", ())),
        levels=tuple(table.get("levels", ())),
        low=low,
        high=high,
        origin=Origin(table["origin"]),
        police_generated=table["police_generated"],
        maximum_age_days=table["maximum_age_days"],
        half_life_days=table.get("half_life_days", 0),
        monotone=Monotone(table["monotone"]),
        missing=Missing(table["missing"]),
        # Nothing recorded and least reassuring are both zero: no record, no strength named.
        unknown_as=float(table.get("unknown_as", 0)),
        gateways=tuple(Gateway(gateway) for gateway in table["gateways"]),
    )
    _check_numbers(feature, fact, table)
    _check_house_rules(feature)
    return feature


def _range(table: Mapping[str, Any], kind: Kind, fact: Fact) -> tuple[float, float]:
    if kind is Kind.LEVEL:
        return 0.0, float(len(table.get("levels", ())) - 1)
    if kind in (Kind.FLAG, Kind.RECENCY):
        return 0.0, 1.0
    if fact.kind is FactKind.COUNT:
        return float(fact.low), float(fact.high)
    return 0.0, float(table.get("high", len(fact.codes)))


def _check_numbers(feature: Feature, fact: Fact, table: Mapping[str, Any]) -> None:
    name = feature.name
    _must(feature.kind in _RULE_KINDS[feature.rule], name, f"{feature.rule} gives no {feature.kind}")
    _must(set(feature.codes) <= set(fact.codes), name, "codes that its fact does not have")
    if feature.kind is Kind.LEVEL:
        known = set(fact.codes) - set(fact.unknown_codes)
        _must(set(feature.levels) == known, name, "levels must be the known codes of its fact")
    recency = feature.kind is Kind.RECENCY
    _must((feature.half_life_days > 0) == recency, name, "a recency, only, has a half life")
    _must(
        0 <= feature.maximum_age_days <= OLDEST_EVIDENCE_DAYS,
        name,
        f"maximum_age_days outside 0..{OLDEST_EVIDENCE_DAYS}: no 'ever' features",
    )
    _must(
        fact.stands_for_days <= feature.maximum_age_days,
        name,
        "an earlier answer may not stand longer than maximum_age_days",
    )
    _must(("unknown_as" in table) == (feature.missing is Missing.UNKNOWN), name, "an 'unknown', only, has unknown_as")
    if feature.missing is Missing.UNKNOWN:
        _check_unknown(feature)


def _check_unknown(feature: Feature) -> None:
    """Not knowing must be neither better than the best answer nor worse than the worst, whatever a model learns."""
    _must(feature.low < feature.unknown_as < feature.high, feature.name, "unknown_as must lie inside its range")
    # Where a direction is forced, a number between two answers gives an estimate between theirs. Without one it may
    # give any; only a number that is itself an answer cannot.
    _must(
        bool(feature.monotone.sign) or feature.unknown_as.is_integer(),
        feature.name,
        "without a direction, unknown_as must be one of its answers",
    )


def _check_house_rules(feature: Feature) -> None:
    name = feature.name
    for text in (name, feature.fact, feature.label):
        _must(bool(text.strip()), name, "a text is empty")
        spaced = text.replace("_", " ")
        _must(not NEVER_A_FEATURE.search(spaced), name, "protected characteristics, place: never")
        _must(not SAYS_EVER.search(spaced), name, "no 'ever' features")
    _must(bool(feature.gateways), name, "needs at least one lawful gateway")
    police = feature.origin is Origin.POLICE
    _must(feature.police_generated == police, name, "police origin and police_generated disagree")
    # PCSC Act 2022 s.16(4): never patient information, nor what a health or social care
    # authority holds about a person.
    private = feature.origin in (Origin.HEALTH, Origin.SOCIAL_CARE)
    _must(not (private and Gateway.SERIOUS_VIOLENCE_DUTY in feature.gateways), name, "s.16 may not bring this in")


def _keys(who: str, table: Mapping[str, Any], needed: set[str], allowed: set[str] | None = None) -> None:
    _must(needed <= set(table), who, f"lacks {sorted(needed - set(table))}")
    extra = set(table) - (allowed or needed)
    _must(not extra, who, f"has unknown keys {sorted(extra)}")


def _must(holds: bool, who: str, rule: str) -> None:
    if not holds:
        raise RegistryRefused(f"{who}: {rule}")
