"""What a referral says of the truth: incomplete, mistaken, and in places biased.

Who refers decides what is known: a hospital seldom knows police history, the police seldom health.
Police contacts, weapon findings and weapon-carrying concerns are recorded more often for some
groups at equal behaviour, and exclusion more often for some groups and for disabled children:
the bias is in the record, not in the harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.data.background import Background
from models.data.chance import Flags, Luck, Numbers, Whole, count, one_of
from models.data.circumstances import INCIDENT_SHARES, Circumstances
from models.data.harm import POLICE_RELATIVE_RATE
from models.features import reading

Column = list[object]

SOURCE_SHARES = {
    "ae_navigator": 0.55, "school": 0.12, "hkc_screening": 0.09, "custody": 0.08,
    "police": 0.05, "partner_system": 0.05, "self_or_family": 0.06,
}  # fmt: skip
_HEALTH, _EDUCATION, _POLICE, _FAMILY = range(4)
_SECTOR_OF_SOURCE = np.array([_HEALTH, _EDUCATION, _POLICE, _POLICE, _POLICE, _HEALTH, _FAMILY])

# The share of referrals that say it, by health, education, police, family (invented).
KNOWN_BY_SECTOR: dict[str, tuple[float, float, float, float]] = {
    "age": (0.97, 1.00, 0.98, 1.00),
    "what_happened": (1.00, 0.98, 1.00, 0.95),
    "involvement": (0.95, 0.90, 0.97, 0.90),
    "injury": (0.97, 0.60, 0.50, 0.80),
    "immediate_danger": (0.85, 0.75, 0.75, 0.80),
    "violence_attendances_12m": (0.85, 0.10, 0.10, 0.50),
    "self_harm_12m": (0.60, 0.40, 0.15, 0.60),
    "alcohol_or_drugs_involved": (0.85, 0.50, 0.65, 0.50),
    "substance_use": (0.65, 0.55, 0.45, 0.60),
    "mental_health_need": (0.65, 0.60, 0.20, 0.70),
    "weapon_believed_present": (0.60, 0.50, 0.85, 0.45),
    "retaliation_feared": (0.70, 0.50, 0.60, 0.65),
    "siblings_at_risk": (0.50, 0.45, 0.35, 0.75),
    "education_status": (0.75, 1.00, 0.45, 0.95),
    "often_absent": (0.45, 0.97, 0.20, 0.80),
    "looked_after_now": (0.75, 0.85, 0.60, 0.97),
    "childrens_services": (0.55, 0.75, 0.45, 0.85),
    "missing_episodes_12m": (0.40, 0.50, 0.80, 0.80),
    "exploitation_signs": (0.60, 0.65, 0.65, 0.55),
    "peers_in_violence": (0.60, 0.70, 0.80, 0.60),
    "violence_at_home_12m": (0.45, 0.55, 0.45, 0.60),
    "housing_unstable": (0.65, 0.55, 0.45, 0.95),
    "police_contacts_12m": (0.08, 0.06, 0.97, 0.20),
    "weapon_found_by_police_on": (0.02, 0.02, 0.97, 0.02),
    "strengths": (0.65, 0.70, 0.30, 0.80),
}
NOTICED = 0.88  # a true flag is recorded as true
MISTAKEN = 0.05  # a false flag is recorded as true


@dataclass(frozen=True)
class Recorded:
    """Coded facts column by column, None where the referral does not say."""

    sources: tuple[str, ...]
    columns: dict[str, Column]


def record(who: Background, was: Circumstances, luck: Luck, received: Sequence[date]) -> Recorded:
    sources = one_of(luck.uniform("source"), SOURCE_SHARES)
    known = _known(_SECTOR_OF_SOURCE[sources], luck)
    relative = np.array([POLICE_RELATIVE_RATE[group] for group in who.equality.group])
    said: dict[str, Column] = {
        "age": who.age.tolist(),
        "what_happened": _what_happened(was, luck, relative),
        "involvement": _names(
            "involvement",
            {
                "victim": was.victim,
                "suspected": was.suspected,
                "witness": was.witness,
                "exploited": was.exploited,
                "at_risk": ~(was.victim | was.suspected | was.witness | was.exploited),
            },
        ),
        "injury": _codes("injury", was.injury),
        "immediate_danger": np.where(was.in_danger, "yes", "no").tolist(),
        "violence_attendances_12m": was.attendances.tolist(),
        "substance_use": _codes("substance_use", was.substance_use),
        "education_status": _education(who, was, luck),
        "childrens_services": _codes("childrens_services", was.services),
        "missing_episodes_12m": was.missing_episodes.tolist(),
        "exploitation_signs": _names(
            "exploitation_signs", dict(zip(_codes_of("exploitation_signs"), was.signs, strict=True))
        ),
        "police_contacts_12m": _police_contacts(who, was, luck, relative),
        "weapon_found_by_police_on": _weapon_found(was, luck, relative, received),
        "strengths": _names("strengths", dict(zip(_codes_of("strengths"), was.strengths, strict=True))),
    }
    for fact, truth in _flags(was).items():
        said[fact] = _noticed(truth, luck.uniform(f"noticed {fact}")).tolist()
    return Recorded(
        sources=tuple(np.array(list(SOURCE_SHARES))[sources].tolist()),
        columns={fact: _where(known[fact], said[fact]) for fact in reading.registry().facts},
    )


def _known(sectors: Whole, luck: Luck) -> dict[str, Flags]:
    # Some referrals are thin throughout: written at two in the morning, or by a stranger.
    thoroughness = 0.55 + 0.5 * np.sqrt(luck.uniform("thoroughness"))
    always = {"age", "what_happened", "involvement"}
    return {
        fact: luck.uniform(f"known {fact}") < np.array(shares)[sectors] * (1.0 if fact in always else thoroughness)
        for fact, shares in KNOWN_BY_SECTOR.items()
    }


def _flags(was: Circumstances) -> dict[str, Flags]:
    return {
        "self_harm_12m": was.self_harm,
        "alcohol_or_drugs_involved": was.intoxicated,
        "mental_health_need": was.mental_health_need,
        "weapon_believed_present": was.weapon_near,
        "retaliation_feared": was.payback_likely,
        "siblings_at_risk": was.siblings_at_risk,
        "often_absent": was.often_absent,
        "looked_after_now": was.looked_after,
        "peers_in_violence": was.friends_in_violence,
        "violence_at_home_12m": was.violence_at_home,
        "housing_unstable": was.housing_unstable,
    }


def _noticed(truth: Flags, uniform: Numbers) -> Flags:
    return uniform < np.where(truth, NOTICED, MISTAKEN)


def _what_happened(was: Circumstances, luck: Luck, relative: Numbers) -> Column:
    suspicion = np.where(was.carrying, 0.35, 0.05 * relative)  # false alarms fall on some groups more
    happened = {code: was.incident == index for index, code in enumerate(INCIDENT_SHARES)}
    happened["exploitation_concern"] = _noticed(was.exploited, luck.uniform("exploitation concern"))
    happened["weapon_carrying_concern"] = luck.uniform("carrying concern") < suspicion
    return _names("what_happened", happened)


def _education(who: Background, was: Circumstances, luck: Luck) -> Column:
    bias = 0.5 * (relative_exclusion(who) - 1.0)
    severity = was.disengaged + np.maximum(bias, 0.0)
    uniform = luck.uniform("education")
    excluded = uniform < 0.12 * severity
    suspended = uniform < 0.26 * severity
    part_time = uniform < 0.38 * severity
    nowhere = (luck.uniform("nowhere") < 0.10 + 0.25 * (was.disengaged > 0)) & (who.age >= 16)
    working = (luck.uniform("working") < 0.35) & (who.age >= 17) & ~nowhere
    status = np.select(
        [working, nowhere, excluded & (who.age < 19), suspended & (who.age < 19), part_time & (who.age < 19)],
        ["in_work", "not_in_education", "excluded", "suspended", "part_time_timetable"],
        default="in_education",
    )
    return list(status.tolist())


def relative_exclusion(who: Background) -> Numbers:
    """How many times as often a child of this group is excluded for the same behaviour (invented)."""
    by_group = {"black": 1.6, "mixed": 1.4}
    group = np.array([by_group.get(name, 1.0) for name in who.equality.group])
    return group * np.where(who.equality.disabled, 1.3, 1.0)


def _police_contacts(who: Background, was: Circumstances, luck: Luck, relative: Numbers) -> Column:
    rate = relative * np.exp(-1.0 + 0.4 * who.acting_out + 0.6 * was.carrying + 0.4 * was.suspected)
    return list(count(luck.uniform("police contacts"), np.minimum(rate, 40.0), 100).tolist())


def _weapon_found(was: Circumstances, luck: Luck, relative: Numbers, received: Sequence[date]) -> Column:
    found = luck.uniform("weapon found") < np.minimum(np.where(was.carrying, 0.35, 0.03) * relative, 0.9)
    days = (700 * luck.uniform("weapon found days") ** 1.5).astype(np.int64)
    return [
        (day - timedelta(days=int(ago))).isoformat() if yes else None
        for day, ago, yes in zip(received, days.tolist(), found.tolist(), strict=True)
    ]


def _codes_of(fact: str) -> tuple[str, ...]:
    return reading.registry().facts[fact].codes


def _codes(fact: str, levels: Whole) -> Column:
    return list(np.array(_codes_of(fact))[levels].tolist())


def _names(fact: str, flags: dict[str, Flags]) -> Column:
    """Per person the list of codes that hold, in the registry's order. Lists are shared: read only."""
    codes = [code for code in _codes_of(fact) if code in flags]
    pattern = sum((flags[code].astype(np.int64) << index) for index, code in enumerate(codes))
    lists = [[code for index, code in enumerate(codes) if pattern_ >> index & 1] for pattern_ in range(2 ** len(codes))]
    return [lists[which] for which in np.asarray(pattern).tolist()]


def _where(known: Flags, column: Column) -> Column:
    return [value if yes else None for yes, value in zip(known.tolist(), column, strict=True)]
