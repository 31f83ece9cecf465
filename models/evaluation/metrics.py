"""Numbers that say how well estimated chances met outcomes.

`log_odds` and `outcome` have one entry per person; chances are 0..1.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn import metrics

from models.data.chance import Flags, Numbers, logistic
from models.evaluation import calibration


@dataclass(frozen=True)
class AtCapacity:
    """What seeing only the highest estimates would find. `precision` of those seen were harmed;
    `found` is the share of all harmed who were among them (sensitivity)."""

    share: float
    seen: int
    harmed: int
    precision: float
    found: float


@dataclass(frozen=True)
class Scores:
    """AUC (0.5 is chance), area under precision-recall, Brier and log loss (lower is better), Brier
    skill over the base rate, calibration line (1 and 0 are right) and calibration in the large (0 is right)."""

    auc: float
    auc_low: float
    auc_high: float
    pr_auc: float
    brier: float
    brier_skill: float
    log_loss: float
    calibration_slope: float
    calibration_intercept: float
    calibration_in_the_large: float
    at_capacity: list[AtCapacity]

    def to_json(self) -> dict[str, object]:
        return asdict(self)


class Ranking:
    """The AUC of one score on one set of people, quickly for many weightings of them."""

    def __init__(self, score: Numbers, outcome: Flags | Numbers) -> None:
        """`outcome` may be a chance instead: the AUC is then the one to expect from that truth."""
        _, self._group = np.unique(score, return_inverse=True)
        self._outcome = outcome.astype(np.float64)

    def auc(self, weights: Numbers | None = None) -> float:
        """Mann and Whitney's share of harmed ranked above unharmed, ties counted half."""
        weight = np.ones_like(self._outcome) if weights is None else weights
        harmed = np.bincount(self._group, weight * self._outcome)
        unharmed = np.bincount(self._group, weight * (1 - self._outcome))
        below = np.cumsum(unharmed) - unharmed / 2
        return float((harmed * below).sum() / (harmed.sum() * unharmed.sum()))


def resamples(people: int, times: int, seed: int) -> Numbers:
    """(times, people) counts of how often a bootstrap sample draws each person."""
    stream = np.random.default_rng(seed)
    return np.stack([np.bincount(stream.integers(0, people, people), minlength=people) for _ in range(times)]).astype(
        np.float64
    )


def score(log_odds: Numbers, outcome: Flags, *, capacities: tuple[float, ...], samples: Numbers) -> Scores:
    """All numbers for one model. The AUC's interval is the middle 95 % of `samples`."""
    chance = logistic(log_odds)
    ranking = Ranking(log_odds, outcome)
    low, high = np.quantile([ranking.auc(weights) for weights in samples], [0.025, 0.975])
    brier = float(np.mean((chance - outcome) ** 2))
    base = float(outcome.mean())
    line = calibration.fit(log_odds, outcome)
    return Scores(
        auc=ranking.auc(),
        auc_low=float(low),
        auc_high=float(high),
        pr_auc=float(metrics.average_precision_score(outcome, log_odds)),
        brier=brier,
        brier_skill=1 - brier / (base * (1 - base)),
        log_loss=float(metrics.log_loss(outcome, chance)),
        calibration_slope=line.slope,
        calibration_intercept=line.intercept,
        calibration_in_the_large=calibration.intercept_at_slope_one(log_odds, outcome),
        at_capacity=[at_capacity(log_odds, outcome, share) for share in capacities],
    )


def at_capacity(log_odds: Numbers, outcome: Flags, share: float) -> AtCapacity:
    seen = max(1, round(share * len(outcome)))
    # Stable: equal estimates are seen in the order in which they came.
    highest = np.argsort(-log_odds, kind="stable")[:seen]
    harmed = int(outcome[highest].sum())
    return AtCapacity(share, seen, harmed, harmed / seen, harmed / max(1, int(outcome.sum())))
