"""The evaluation of a champion beside its baselines, in numbers and in one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.data.chance import Flags, Numbers
from models.data.dataset import Dataset
from models.evaluation.metrics import Ranking, Scores, resamples, score

CHAMPION = "champion"
BEST_OBSERVABLE = "best observable"


@dataclass(frozen=True)
class Comparison:
    """Champion minus baseline in AUC, with the middle 95 % of paired resamples."""

    against: str
    auc_difference: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no clear difference"


@dataclass(frozen=True)
class Report:
    """`best_observable_auc` is what a complete and faultless referral could reach on these outcomes.
    `auc_on_truth` judges everyone by the true chances, which only invented data has: the same
    comparison without the luck of who happened to be harmed.
    """

    people: int
    harmed: int
    first_day: str
    last_day: str
    models: Mapping[str, Scores]
    comparisons: list[Comparison]
    best_observable_auc: float
    auc_on_truth: Mapping[str, float]

    @property
    def beats_baselines(self) -> bool:
        return all(comparison.verdict == "better" for comparison in self.comparisons)

    @property
    def verdict(self) -> str:
        """What a board needs to hear before it trusts an opaque model over a plain one."""
        worth = "is" if self.beats_baselines else "is NOT shown to be"
        told = "; ".join(
            f"{c.verdict} {'to' if c.low <= 0 <= c.high else 'than'} {c.against}" for c in self.comparisons
        )
        truth = ", ".join(f"{name} {auc:.3f}" for name, auc in self.auc_on_truth.items())
        return f"The champion {worth} worth its opacity: {told}. AUC by the known truth: {truth}."

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "comparisons": [{**asdict(c), "verdict": c.verdict} for c in self.comparisons],
            "beats_baselines": self.beats_baselines,
            "verdict": self.verdict,
        }


def evaluate(
    log_odds: Mapping[str, Numbers], test: Dataset, *, capacities: tuple[float, ...], bootstrap: int, seed: int
) -> Report:
    """Judge calibrated log-odds per model (one is "champion") on people nobody trained on."""
    samples = resamples(len(test), bootstrap, seed)
    champion = Ranking(log_odds[CHAMPION], test.label)
    return Report(
        people=len(test),
        harmed=int(test.label.sum()),
        first_day=str(test.received_on[0]),
        last_day=str(test.received_on[-1]),
        models={
            name: score(values, test.label, capacities=capacities, samples=samples) for name, values in log_odds.items()
        },
        comparisons=[
            _compare(champion, name, values, test.label, samples)
            for name, values in log_odds.items()
            if name != CHAMPION
        ],
        best_observable_auc=Ranking(test.observable, test.label).auc(),
        auc_on_truth={
            name: Ranking(values, test.chance).auc()
            for name, values in {**log_odds, BEST_OBSERVABLE: test.observable}.items()
        },
    )


def _compare(champion: Ranking, name: str, log_odds: Numbers, label: Flags, samples: Numbers) -> Comparison:
    baseline = Ranking(log_odds, label)
    differences = [champion.auc(weights) - baseline.auc(weights) for weights in samples]
    low, high = np.quantile(differences, [0.025, 0.975])
    return Comparison(name, champion.auc() - baseline.auc(), float(low), float(high))
