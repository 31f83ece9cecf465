"""`python -m models.training.over_seeds 1 2 3`: measures the default experiment on several populations.

One line for each seed and model, then the means: what to compare before and after a change of the features.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.evaluation.report import Report
from models.training import experiment as experiments
from models.training import pipeline

_HEADINGS = ("AUC", "by the truth", "log loss", "slope", "in the large")


def main(seeds: Sequence[int]) -> None:
    print(f"{'seed':>10} {'model':<20}", *(f"{heading:>13}" for heading in _HEADINGS))
    found: dict[str, list[list[float]]] = defaultdict(list)
    for seed in seeds:
        report = pipeline.fit(replace(experiments.default(), seed=seed)).report
        for name, numbers in _numbers(report).items():
            found[name].append(numbers)
            _print(str(seed), name, numbers)
    for name, rows in found.items():
        _print("mean", name, np.mean(rows, axis=0).tolist())


def _numbers(report: Report) -> dict[str, list[float]]:
    return {
        name: [
            scores.auc,
            report.auc_on_truth[name],
            scores.log_loss,
            scores.calibration_slope,
            scores.calibration_in_the_large,
        ]
        for name, scores in report.models.items()
    }


def _print(seed: str, name: str, numbers: Sequence[float]) -> None:
    print(f"{seed:>10} {name:<20}", *(f"{number:>13.4f}" for number in numbers), flush=True)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [experiments.default().seed])
