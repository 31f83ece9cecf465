"""Whether an answer that is not known leaves the estimate between its best and its worst answer, row by row.

The gate before a promotion can ask the same: it needs a model's log-odds, the registry, and some rows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.data.chance import Numbers
from models.features.specification import Feature, Registry

MAX_ROWS = 300
_LAST_BITS = 1e-9

LogOdds = Callable[[Numbers], Numbers]
"""The log-odds, calibrated or not, of rows of features."""


class UnknownOutOfOrder(ValueError):
    """For some features, not knowing the answer counts as better than the best or as worse than the worst."""

    def __init__(self, model: str, findings: dict[str, int], rows: int) -> None:
        said = ", ".join(f"{feature} ({broken} of {rows})" for feature, broken in findings.items())
        super().__init__(f"{model}: 'not known' lies outside the best and the worst answer, in rows: {said}")
        self.findings = findings


def check(model: str, log_odds: LogOdds, registry: Registry, rows: Numbers) -> None:
    """Raise UnknownOutOfOrder unless "not known" lies between, for each feature and each of a sample of rows.

    `rows` is (n, features), as the registry codes them.
    """
    sample = spread(rows)
    broken = findings(log_odds, registry, sample)
    if broken:
        raise UnknownOutOfOrder(model, broken, len(sample))


def spread(rows: Numbers, maximum: int = MAX_ROWS) -> Numbers:
    """At most so many rows, evenly over all of them."""
    chosen = np.linspace(0, len(rows) - 1, min(maximum, len(rows))).astype(np.int64)
    return rows[chosen]


def findings(log_odds: LogOdds, registry: Registry, rows: Numbers) -> dict[str, int]:
    """Per feature that breaks the order, in how many of the rows."""
    broken = {feature.name: _broken(log_odds, feature, index, rows) for index, feature in enumerate(registry.features)}
    return {name: number for name, number in broken.items() if number}


def _broken(log_odds: LogOdds, feature: Feature, index: int, rows: Numbers) -> int:
    def with_answer(answer: float) -> Numbers:
        asked = rows.copy()
        asked[:, index] = answer
        return log_odds(asked)

    unknown = with_answer(feature.unknown_as)
    known = np.stack([with_answer(answer) for answer in _best_and_worst(feature)])
    outside = (unknown < known.min(axis=0) - _LAST_BITS) | (unknown > known.max(axis=0) + _LAST_BITS)
    return int(outside.sum())


def _best_and_worst(feature: Feature) -> list[float]:
    """The ends of its range; every whole number of it where no direction says which are best and worst."""
    if feature.monotone.sign:
        return [feature.low, feature.high]
    return [float(answer) for answer in np.arange(feature.low, feature.high + 1)]
