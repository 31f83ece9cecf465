"""What is true of each invented young person on the day of the referral, recorded or not.

The chain is needs, then school, substances and friends, then weapons and being hurt
(the mediation found in the Millennium Cohort). Nothing here reads equality data except sex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.data.background import Background
from models.data.chance import Flags, Luck, Whole, count, happens, level, one_of

SIGNS = 6
STRENGTHS = 6
NO_EARLIER_REFERRAL = 9_999  # days
# What brings young people: 29.8 % bladed object and 34.9 % body parts (major trauma, Nottingham).
INCIDENT_SHARES = {
    "knife_or_sharp_object": 0.298,
    "assault_no_weapon": 0.349,
    "blunt_object": 0.08,
    "firearm": 0.012,
    "corrosive_substance": 0.006,
    "threat": 0.12,
    "other": 0.135,
}


@dataclass(frozen=True)
class Circumstances:
    """The truth: flags, levels from 0, counts, days."""

    incident: Whole
    suspected: Flags
    victim: Flags
    witness: Flags
    injury: Whole
    in_danger: Flags
    payback_likely: Flags
    weapon_near: Flags
    carrying: Flags
    attendances: Whole
    self_harm: Flags
    mental_health_need: Flags
    substance_use: Whole
    intoxicated: Flags
    disengaged: Whole
    often_absent: Flags
    looked_after: Flags
    services: Whole
    violence_at_home: Flags
    siblings_at_risk: Flags
    housing_unstable: Flags
    exploited: Flags
    signs: tuple[Flags, ...]
    missing_episodes: Whole
    friends_in_violence: Flags
    strengths: tuple[Flags, ...]
    earlier_referrals: Whole
    days_since_earlier: Whole


def draw(who: Background, luck: Luck) -> Circumstances:
    u = luck.uniform
    substance_use = level(u("substances"), 0.7 * who.acting_out + 0.3 * who.being_used, (0.4, 2.0))
    disengaged = level(u("disengaged"), 0.8 * who.acting_out + 0.2 * who.distress, (1.0, 2.4))
    friends = happens(u("friends"), -0.8 + 0.7 * who.acting_out + 0.3 * who.being_used)
    exploited = happens(u("exploited"), -1.9 + 1.1 * who.being_used)
    looked_after = happens(u("looked after"), -2.7 + 0.5 * who.poverty + 0.6 * who.parents_unwell)
    carrying = happens(
        u("carrying"),
        -2.3 + 0.6 * who.acting_out + 0.8 * friends + 0.25 * substance_use + 0.4 * who.equality.male,
    )
    attendances = count(u("attendances"), np.exp(-1.7 + 0.3 * who.acting_out + 0.5 * friends + 0.4 * carrying), 50)
    incident = one_of(u("incident"), INCIDENT_SHARES)
    violent = incident < list(INCIDENT_SHARES).index("threat")
    bladed = incident == 0
    suspected = happens(u("suspected"), -1.4 + 0.5 * who.acting_out + 0.8 * carrying)
    # Half of those who take part in violence have been hurt by it too.
    victim = u("victim") < np.where(suspected, 0.49, 0.80)
    payback_likely = happens(u("payback"), -1.9 + 0.6 * friends + 0.5 * bladed + 0.4 * carrying)
    earlier = count(u("earlier referrals"), np.exp(-2.4 + 0.3 * who.acting_out + 0.3 * np.minimum(attendances, 4)), 5)
    return Circumstances(
        incident=incident,
        suspected=suspected,
        victim=victim,
        witness=u("witness") < 0.12,
        injury=np.where(violent & victim, level(u("injury"), 1.2 * bladed, (-1.5, 0.8, 2.6, 4.6)), 0),
        in_danger=happens(u("danger"), -2.0 + 1.2 * payback_likely + 0.5 * exploited),
        payback_likely=payback_likely,
        weapon_near=happens(u("weapon near"), -2.2 + 2.0 * carrying + 0.5 * payback_likely),
        carrying=carrying,
        attendances=attendances,
        self_harm=happens(u("self-harm"), -2.2 + 0.8 * who.distress),
        mental_health_need=happens(u("mental health"), -0.9 + 0.9 * who.distress),
        substance_use=substance_use,
        intoxicated=happens(u("intoxicated"), -1.5 + 0.9 * substance_use),
        disengaged=disengaged,
        often_absent=happens(u("absent"), -1.0 + 0.5 * who.acting_out + 0.9 * disengaged),
        looked_after=looked_after,
        services=level(u("services"), 0.5 * who.poverty + 0.8 * who.parents_unwell + 1.0 * looked_after, (1.2, 2.6)),
        violence_at_home=happens(u("home"), -1.7 + 0.4 * who.poverty + 0.6 * who.parents_unwell),
        siblings_at_risk=happens(u("siblings"), -2.4 + 0.4 * who.poverty + 0.6 * payback_likely),
        housing_unstable=happens(u("housing"), -2.3 + 0.5 * who.poverty + 0.5 * looked_after),
        exploited=exploited,
        signs=tuple(
            happens(u(f"sign {index}"), -3.0 + 0.8 * who.being_used + 1.2 * exploited) for index in range(SIGNS)
        ),
        missing_episodes=count(
            u("missing"), np.exp(-1.4 + 0.5 * who.being_used + 0.7 * looked_after + 0.5 * exploited), 100
        ),
        friends_in_violence=friends,
        strengths=tuple(
            happens(u(f"strength {index}"), 0.1 - 0.4 * who.acting_out - 0.2 * who.distress)
            for index in range(STRENGTHS)
        ),
        earlier_referrals=earlier,
        days_since_earlier=np.where(earlier > 0, 1 + (364 * u("days since")).astype(np.int64), NO_EARLIER_REFERRAL),
    )
