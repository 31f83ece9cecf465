"""What the champion must beat: a logistic regression, and a points index fixed by judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.data.chance import Numbers
from models.data.dataset import Dataset
from models.features.specification import Registry
from models.training.experiment import Points

MAX_STEPS = 500


class Baseline(Protocol):
    def log_odds(self, rows: Numbers) -> Numbers:
        """A score per row of features; higher means more harm. Not yet calibrated."""
        ...


class Logistic:
    """Ridge logistic regression on the same features, "not known" coded as the champion has it."""

    def __init__(self, train: Dataset, *, penalty: float) -> None:
        plain = self._plain(train.rows)
        self._mean, self._spread = plain.mean(axis=0), np.maximum(plain.std(axis=0), 1e-9)
        self._fit = LogisticRegression(C=1 / penalty, max_iter=MAX_STEPS)
        self._fit.fit((plain - self._mean) / self._spread, train.label)

    def log_odds(self, rows: Numbers) -> Numbers:
        standard = (self._plain(rows) - self._mean) / self._spread
        return np.asarray(self._fit.decision_function(standard), dtype=np.float64)

    def _plain(self, rows: Numbers) -> Numbers:
        # Counts say less the higher they are: the first attendance tells more than the fifth.
        plain: Numbers = np.log1p(rows)
        return plain


class PointsIndex:
    """Adds up points a person can count on paper. "Not known" earns none."""

    def __init__(self, registry: Registry, points: Sequence[Points]) -> None:
        self._points = [(registry.names.index(row.feature), row.minimum, row.points) for row in points]

    def log_odds(self, rows: Numbers) -> Numbers:
        total = np.zeros(len(rows))
        for column, minimum, points in self._points:
            total += points * (rows[:, column] >= minimum)
        return total
