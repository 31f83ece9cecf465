"""The result for one version of a referral: an estimate with its explanation, or why there is none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source

TOLERANCE = 1e-6
"""How far base and contributions may miss the log-odds of the probability shown."""


@dataclass(frozen=True, kw_only=True)
class SourceReferral:
    """An earlier referral that a value comes from. `source` is who referred."""

    referral_id: UUID
    source: Source


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """How far one feature moved the estimate, in log-odds. `value` is None when not known.

    `sources` are the earlier referrals that the value comes from, newest first; empty when it is the referral's own.
    `few_seen` marks a value that too few young people in the training data had for the model to learn what it means.
    """

    feature: str
    value: Any
    observed_on: date | None
    origin: str
    log_odds: float
    sources: tuple[SourceReferral, ...] = ()
    few_seen: bool = False


@dataclass(frozen=True, kw_only=True)
class Features:
    """The model's input, stored so that the estimate can be replayed. `digest` identifies `snapshot`."""

    snapshot: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """How many answers were known, of all that the model takes.

    An answer is the reply to one question, in this referral or in an earlier one where it still applies. Several
    features may come from one answer; counts over earlier referrals are not answers.
    """

    known: int
    all: int


@dataclass(frozen=True, kw_only=True)
class AnswerLimits:
    """With fewer than `min_answers` known answers there is no estimate; with at most `max_sparse_answers` the estimate
    is sparse."""

    min_answers: int = 8
    max_sparse_answers: int = 19


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A probability (0 to 1) of the harm event. `base_log_odds` and the contributions add up to it.

    A `sparse` estimate is based on few answers, and every page states that before it shows the estimate.
    """

    probability: float
    interval: tuple[float, float] | None
    band: Band
    base_rate: float
    base_log_odds: float
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    model_version: str
    invented_data: bool
    features: Features
    answers: KnownAnswers | None = None
    """None in estimates stored before answers were counted."""
    sparse: bool = False

    @property
    def drawn_on(self) -> tuple[UUID, ...]:
        """The earlier referrals that a value comes from, each once."""
        found = (source.referral_id for part in self.contributions for source in part.sources)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class NotEstimated:
    """Why there is no estimate. `facts` names the facts out of range, `drawn_on` the earlier referrals that were used.

    `min_answers` is how many answers an estimate needs, when too few were known.
    """

    reason: NotEstimatedReason
    missing: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    model_version: str | None = None
    features: Features | None = None
    answers: KnownAnswers | None = None
    min_answers: int | None = None
    drawn_on: tuple[UUID, ...] = ()


Result = Estimate | NotEstimated


@dataclass(frozen=True, kw_only=True)
class ScoringResult:
    """The result for one version of a referral, and what caused it. `sequence` counts the results of the referral."""

    id: UUID
    referral_id: UUID
    referral_version: int
    person_id: UUID
    sequence: int
    cause: EstimateCause
    at: datetime
    result: Result


def counts(result: Result) -> dict[str, int | None]:
    """Known answers and all answers, by the field names of the published event. None when they were not counted."""
    known = result.answers
    return {"known_answers": known.known if known else None, "all_answers": known.all if known else None}


def adds_up(estimate: Estimate) -> bool:
    """Whether base and contributions give the probability that is shown, within TOLERANCE."""
    if not 0.0 < estimate.probability < 1.0:
        return False
    parts = math.fsum([estimate.base_log_odds, *(part.log_odds for part in estimate.contributions)])
    shown = math.log(estimate.probability / (1.0 - estimate.probability))
    return abs(parts - shown) <= TOLERANCE


def limited(result: Result, limits: AnswerLimits) -> Result:
    """The estimate, marked as sparse when few answers were known; NotEstimated when too few were."""
    if isinstance(result, NotEstimated):
        if result.min_answers is None:
            return result
        # The model's own minimum is the lowest that is ever asked for.
        return replace(result, min_answers=max(result.min_answers, limits.min_answers))
    if result.answers is None:
        return result
    if result.answers.known < limits.min_answers:
        refused = not_estimated(result, NotEstimatedReason.TOO_LITTLE_INFORMATION)
        return replace(refused, min_answers=limits.min_answers)
    return replace(result, sparse=result.answers.known <= limits.max_sparse_answers)


def not_estimated(result: Result, reason: NotEstimatedReason) -> NotEstimated:
    return NotEstimated(
        reason=reason,
        missing=result.missing,
        model_version=result.model_version,
        features=result.features,
        answers=result.answers,
        drawn_on=result.drawn_on,
    )
