"""The answer to one version of a referral: an estimate with its explanation, or why there is none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.contracts.codes import Band, NotEstimatedReason, Source

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

    `sources` are the earlier referrals that the value comes from, newest first: none when it is the referral's own.
    `few_seen` says that the model has seen too few young people with this value to have learned what it means.
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
    """What the model saw, so that it can be shown the same again. `digest` identifies `snapshot`."""

    snapshot: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """How many answers were known of all that the model takes.

    An answer is what somebody said to one question, in this referral or in an earlier one where it still stands. Several
    features may be made of one; what is counted from earlier referrals is no answer.
    """

    known: int
    all: int


@dataclass(frozen=True, kw_only=True)
class AnswerLimits:
    """On how few answers there is no estimate (fewer than `min_answers`), or one that says first on how few it is based
    (at most `max_sparse_answers`)."""

    min_answers: int = 8
    max_sparse_answers: int = 19


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A probability (0 to 1) of the harm event. `base_log_odds` and the contributions add up to it.

    One that is `sparse` is based on few results, and never shown without saying so first.
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
    """None in what was stored before it was counted."""
    sparse: bool = False

    @property
    def drawn_on(self) -> tuple[UUID, ...]:
        """The earlier referrals that a value comes from, each once."""
        found = (source.referral_id for part in self.contributions for source in part.sources)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class NotEstimated:
    """No estimate, and why. `facts` names what was out of range, `drawn_on` the earlier referrals that were looked at.

    `min_answers` is how many answers an estimate needs, when there were too few.
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


def counts(answer: Result) -> dict[str, int | None]:
    """How many answers were known, of how many, by the names of the published event. None where nobody counted."""
    known = answer.answers
    return {"known_answers": known.known if known else None, "all_answers": known.all if known else None}


def adds_up(estimate: Estimate) -> bool:
    """Whether the explanation is one: its parts must give the probability that is shown."""
    if not 0.0 < estimate.probability < 1.0:
        return False
    parts = math.fsum([estimate.base_log_odds, *(part.log_odds for part in estimate.contributions)])
    shown = math.log(estimate.probability / (1.0 - estimate.probability))
    return abs(parts - shown) <= TOLERANCE


def limited(answer: Result, limits: AnswerLimits) -> Result:
    """An estimate, marked when few answers were known; or none, with how many it needs, when there were too few."""
    if isinstance(answer, NotEstimated):
        # The model's own minimum is the lowest that is ever asked for.
        return (
            answer
            if answer.min_answers is None
            else replace(answer, min_answers=max(answer.min_answers, limits.min_answers))
        )
    if answer.answers is None:
        return answer
    if answer.answers.known < limits.min_answers:
        refused = not_estimated(answer, NotEstimatedReason.TOO_LITTLE_INFORMATION)
        return replace(refused, min_answers=limits.min_answers)
    return replace(answer, sparse=answer.answers.known <= limits.max_sparse_answers)


def not_estimated(answer: Result, reason: NotEstimatedReason) -> NotEstimated:
    return NotEstimated(
        reason=reason,
        missing=answer.missing,
        model_version=answer.model_version,
        features=answer.features,
        answers=answer.answers,
        drawn_on=answer.drawn_on,
    )
