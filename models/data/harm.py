"""What happens in the twelve months after the referral, and what of it is recorded.

Effects are log-odds on the true circumstances. Sizes follow published ones where there are any
(`models/data/README.md`); the rest are invented. Ethnicity has no effect. Sex has one, and no
feature may carry it. A frailty that no referral can know keeps the best possible estimate modest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.data.background import Background
from models.data.chance import Flags, Luck, Numbers, logistic
from models.data.circumstances import Circumstances

INTERCEPT = -4.96
MALE = 0.35
FRAILTY = 0.6
# Shrinks all effects alike, until the best possible estimate is as modest as real ones are.
STRENGTH_OF_EFFECTS = 0.86
# Health and social care records of harm: what they miss and what they mistake.
RECORDED_WHEN_HARMED = 0.86
RECORDED_WHEN_NOT = 0.001
# Relative rates of police contact: stop and search of children, year to March 2025.
POLICE_RELATIVE_RATE = {
    "white": 1.0, "black": 2.4, "mixed": 1.5, "asian": 0.6, "other": 1.0, "not_stated": 1.2,
}  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """`observable` is the log-odds that a complete and faultless referral would tell."""

    observable: Numbers
    chance: Numbers
    harmed: Flags
    recorded_harm: Flags
    arrested: Flags


def observable_log_odds(age: Numbers, was: Circumstances) -> Numbers:
    """The known part of the truth: everything but sex and frailty."""
    age_peak = 0.55 * np.exp(-(((age - 16.5) / 2.5) ** 2))
    recency = np.where(was.earlier_referrals > 0, 0.5 ** (was.days_since_earlier / 120), 0.0)
    strengths = np.sum(was.strengths, axis=0)
    known: Numbers = STRENGTH_OF_EFFECTS * (
        age_peak
        + 0.40 * (was.incident == 0)
        + 0.25 * was.suspected
        + 0.15 * was.victim
        + 0.12 * was.injury
        + 0.45 * was.carrying
        + 0.50 * np.log1p(was.attendances)
        # Friends weigh on those who have little else: strengths are a buffer, not only a minus.
        + 0.65 * (was.friends_in_violence & (strengths <= 2))
        + 0.20 * (was.friends_in_violence & (strengths > 2))
        + 0.45 * was.payback_likely
        + 0.55 * (was.payback_likely & was.friends_in_violence)
        + 0.15 * was.substance_use
        + 0.35 * ((was.substance_use == 2) & was.payback_likely)
        + 0.15 * was.intoxicated
        # School holds or fails those of school age; a home of one's own matters after it.
        + 0.35 * was.disengaged * (age < 17)
        + 0.15 * was.often_absent
        + 0.25 * was.self_harm
        + 0.30 * was.violence_at_home
        + 0.60 * (was.housing_unstable & (age >= 17))
        + 0.30 * was.exploited
        + 0.25 * np.log1p(was.missing_episodes)
        + 0.30 * (was.exploited & (was.missing_episodes > 1))
        + 0.60 * recency
        + 0.25 * np.log1p(was.earlier_referrals)
        - 0.13 * strengths
    )
    return known


def draw(who: Background, was: Circumstances, luck: Luck) -> Outcomes:
    observable = observable_log_odds(who.age.astype(np.float64), was)
    chance = logistic(INTERCEPT + observable + MALE * who.equality.male + FRAILTY * luck.normal("frailty"))
    harmed = luck.uniform("harmed") < chance
    recorded = luck.uniform("recorded") < np.where(harmed, RECORDED_WHEN_HARMED, RECORDED_WHEN_NOT)
    relative = np.array([POLICE_RELATIVE_RATE[group] for group in who.equality.group])
    suspected_later = np.where(harmed | was.carrying, 0.12, 0.02)
    return Outcomes(
        observable=observable,
        chance=chance,
        harmed=harmed,
        recorded_harm=recorded,
        arrested=luck.uniform("arrested") < np.minimum(suspected_later * relative, 0.9),
    )
