"""Who the invented young people are: age, equality data, and the needs that nobody records.

Needs come from poverty, parents' mental health and chance, never from ethnicity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.data.chance import Flags, Luck, Numbers, Whole, one_of

# Ages of referred young people: most are 15 to 17 (Leeds, Sussex and Redthread programmes).
AGE_SHARES = dict(
    zip(
        [str(age) for age in range(10, 26)],
        [0.01, 0.02, 0.04, 0.07, 0.10, 0.14, 0.16, 0.14, 0.09, 0.06, 0.05, 0.04, 0.03, 0.02, 0.02, 0.01],
        strict=True,
    )
)
YOUNGEST = 10
MALE_SHARE = 0.80
DISABLED_SHARE = 0.22

# The 18 + 1 self-defined ethnicity codes with invented shares, and the five groups reported on.
ETHNICITY_SHARES = {
    "W1": 0.55, "W2": 0.005, "W3": 0.005, "W5": 0.005, "W9": 0.055,
    "B1": 0.04, "B2": 0.07, "B9": 0.02,
    "M1": 0.03, "M2": 0.015, "M3": 0.015, "M9": 0.02,
    "A1": 0.02, "A2": 0.045, "A3": 0.02, "A4": 0.005, "A9": 0.02,
    "O2": 0.01, "O9": 0.02, "NS": 0.03,
}  # fmt: skip
GROUP_OF_LETTER = {"W": "white", "B": "black", "M": "mixed", "A": "asian", "O": "other", "N": "not_stated"}


@dataclass(frozen=True)
class Equality:
    """For audit only: no feature is made from it, and no cause of harm reads the ethnicity."""

    ethnicity: tuple[str, ...]
    group: tuple[str, ...]
    male: Flags
    disabled: Flags


@dataclass(frozen=True)
class Background:
    """Age in years, and needs on an invented scale (mean near 0, spread near 1)."""

    age: Whole
    equality: Equality
    poverty: Numbers
    parents_unwell: Flags
    acting_out: Numbers
    distress: Numbers
    being_used: Numbers


def draw(luck: Luck, *, everyone_is: str | None = None) -> Background:
    """`everyone_is` sets one ethnicity code for all, the luck of each unchanged: an experiment."""
    equality = _equality(luck, everyone_is)
    poverty = luck.normal("poverty")
    parents_unwell = luck.uniform("parents unwell") < 0.25
    male = equality.male
    # Poverty and parents' mental health work through what they do to the child, not directly.
    acting_out = 0.3 * poverty + 0.4 * parents_unwell + 0.3 * male + 0.9 * luck.normal("acting out")
    distress = 0.3 * poverty + 0.5 * parents_unwell - 0.3 * male + 0.9 * luck.normal("distress")
    being_used = 0.3 * poverty + 0.35 * acting_out + 0.85 * luck.normal("being used")
    return Background(
        age=YOUNGEST + one_of(luck.uniform("age"), AGE_SHARES),
        equality=equality,
        poverty=poverty,
        parents_unwell=parents_unwell,
        acting_out=acting_out - 0.35,
        distress=distress,
        being_used=being_used,
    )


def _equality(luck: Luck, everyone_is: str | None) -> Equality:
    codes = np.array(list(ETHNICITY_SHARES))[one_of(luck.uniform("ethnicity"), ETHNICITY_SHARES)]
    if everyone_is is not None:
        codes[:] = everyone_is
    return Equality(
        ethnicity=tuple(codes.tolist()),
        group=tuple(GROUP_OF_LETTER[code[0]] for code in codes.tolist()),
        male=luck.uniform("male") < MALE_SHARE,
        disabled=luck.uniform("disabled") < DISABLED_SHARE,
    )
