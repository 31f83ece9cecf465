"""An estimate and its explanation, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from models.features.derivation import ShownValue
from models.features.vector import Source


class Band(StrEnum):
    USUAL = "usual"
    RAISED = "raised"
    HIGH = "high"


class Reason(StrEnum):
    """Why the model says nothing. The service knows further reasons, of its own."""

    TOO_LITTLE_INFORMATION = "too_little_information"
    OUT_OF_RANGE = "out_of_range"


# A named tuple, not a frozen dataclass like its neighbours: 34 of them are made per estimate, at a
# quarter of the cost.
class Contribution(NamedTuple):
    """How far one feature moved the estimate, in calibrated log-odds.

    `value` is what a person would say (a code, a count, days ago), None for not known;
    `observed_on` the day of the evidence, None if there is none; `sources` id and kind of the
    earlier referrals that the value comes from, newest first, empty when it is this referral's own;
    `few_seen` whether the model has seen too few young people with this value to judge it.
    """

    feature: str
    value: ShownValue
    observed_on: date | None
    origin: str
    log_odds: float
    sources: tuple[Source, ...] = ()
    few_seen: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """The chance of the harm event within the model's horizon.

    log_odds = base_log_odds + all contributions (to 1e-9; one per feature, in the model's order);
    probability = 1 / (1 + exp(-log_odds)). `base_rate` is the cohort's share of harm, for natural
    frequencies. `interval` (low, high probability) is None: the model gives none yet.
    """

    probability: float
    interval: tuple[float, float] | None
    band: Band
    base_rate: float
    log_odds: float
    base_log_odds: float
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    model_digest: str
    invented_data: bool


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """No estimate. `facts` names what is out of range; `missing` the features nobody gave."""

    reason: Reason
    facts: tuple[str, ...]
    missing: tuple[str, ...]
    model_digest: str


Answer = Estimate | NotEstimated
