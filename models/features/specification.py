"""The words of the feature registry: facts a referral can say, features the model sees."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class FactKind(StrEnum):
    CODES = "codes"
    CODE = "code"
    FLAG = "flag"
    COUNT = "count"
    DATE = "date"


class Kind(StrEnum):
    FLAG = "flag"  # 0 or 1
    COUNT = "count"  # a whole number
    LEVEL = "level"  # the index of a code in `levels`, from 0
    YEARS = "years"  # whole years
    RECENCY = "recency"  # 2 ** (-days / half life): 1 today, 0 when too old or absent


class Rule(StrEnum):
    AS_SAID = "as_said"
    LEVEL = "level"
    ANY_CODE = "any_code"
    NUMBER_OF_CODES = "number_of_codes"
    RECENCY_OF_DATE = "recency_of_date"
    EARLIER_REFERRALS = "earlier_referrals"
    RECENCY_OF_EARLIER_REFERRAL = "recency_of_earlier_referral"


class Monotone(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "none"

    @property
    def sign(self) -> int:
        return {"up": 1, "down": -1, "none": 0}[self.value]


class Missing(StrEnum):
    UNKNOWN = "unknown"
    MIN_REASSURING = "least_reassuring"
    NONE_RECORDED = "none_recorded"


class Origin(StrEnum):
    REFERRER = "referrer"
    HEALTH = "health"
    EDUCATION = "education"
    SOCIAL_CARE = "social_care"
    POLICE = "police"
    PARTNERSHIP = "partnership"


class Domain(StrEnum):
    ABOUT = "about"
    WHAT_HAPPENED = "what_happened"
    SAFETY = "safety"
    HEALTH = "health"
    SUBSTANCES = "substances"
    EDUCATION = "education"
    FAMILY_AND_CARE = "family_and_care"
    EXPLOITATION = "exploitation"
    PEERS_AND_PLACES = "peers_and_places"
    POLICE_CONTACT = "police_contact"
    EARLIER_REFERRALS = "earlier_referrals"
    STRENGTHS = "strengths"


class Gateway(StrEnum):
    CONSENT = "consent"
    SAFEGUARDING = "safeguarding"
    PUBLIC_INTEREST = "public_interest"
    SERIOUS_VIOLENCE_DUTY = "serious_violence_duty"
    CRIME_AND_DISORDER = "crime_and_disorder"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One key of the coded facts that a referral event carries."""

    name: str
    kind: FactKind
    codes: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    stands_for_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number the model sees, how it is made, and the words that explain it."""

    name: str
    label: str
    domain: Domain
    kind: Kind
    rule: Rule
    fact: str
    codes: tuple[str, ...]
    levels: tuple[str, ...]
    low: float
    high: float
    origin: Origin
    police_generated: bool
    maximum_age_days: int
    half_life_days: int  # of a recency; otherwise 0
    monotone: Monotone
    missing: Missing
    unknown_as: float  # the number that stands for "not known"
    gateways: tuple[Gateway, ...]

    @property
    def reads_earlier_referrals(self) -> bool:
        return self.rule in (Rule.EARLIER_REFERRALS, Rule.RECENCY_OF_EARLIER_REFERRAL)

    def contract(self) -> dict[str, object]:
        """What fixes the number: everything but the words, the origin and the gateways."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "rule": self.rule.value,
            "fact": self.fact,
            "codes": list(self.codes),
            "levels": list(self.levels),
            "low": self.low,
            "high": self.high,
            "maximum_age_days": self.maximum_age_days,
            "half_life_days": self.half_life_days,
            "monotone": self.monotone.value,
            "missing": self.missing.value,
            "unknown_as": self.unknown_as,
        }


@dataclass(frozen=True)
class Registry:
    """All facts and features, in the order of the file. The order is part of the contract."""

    version: int
    minimum_known_facts: int
    facts: dict[str, Fact]
    features: tuple[Feature, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names, order, levels, ranges and derivations: the same numbers or not."""
        contract = {
            "facts": [
                [f.name, f.kind.value, f.codes, f.unknown_codes, f.low, f.high, f.stands_for_days]
                for f in self.facts.values()
            ],
            "features": [feature.contract() for feature in self.features],
            "minimum_known_facts": self.minimum_known_facts,
        }
        return hashlib.sha256(json.dumps(contract, sort_keys=True).encode()).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.features}

    def wording(self) -> list[dict[str, str | bool]]:
        """What another service needs to explain an estimate, per feature, in order."""
        return [
            {
                "feature": feature.name,
                "label": feature.label,
                "domain": feature.domain.value,
                "kind": feature.kind.value,
                "origin": feature.origin.value,
                "police_generated": feature.police_generated,
            }
            for feature in self.features
        ]
