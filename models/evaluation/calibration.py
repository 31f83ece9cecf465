"""The straight line between log-odds and outcomes: Platt's calibration, and its own check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.data.chance import Flags, Numbers, logistic

STEPS = 50
ENOUGH = 1e-12


class NotCalibratable(ValueError):
    """The score does not rise with the outcome, or the fit does not settle."""


@dataclass(frozen=True)
class Line:
    """Calibrated log-odds = slope * log-odds + intercept. A well calibrated score has 1 and 0."""

    slope: float
    intercept: float

    def __call__(self, log_odds: Numbers) -> Numbers:
        line: Numbers = self.slope * log_odds + self.intercept
        return line


def fit(log_odds: Numbers, outcome: Flags) -> Line:
    """Maximum likelihood of a logistic regression on one score (Platt 1999), by Newton's method.

    Raises NotCalibratable unless the slope is above 0.
    """
    middle, spread = float(log_odds.mean()), float(log_odds.std())
    base = float(outcome.mean())
    if spread == 0 or not 0 < base < 1:
        raise NotCalibratable("the score, or the outcome, is the same for everyone")
    design = np.column_stack([(log_odds - middle) / spread, np.ones_like(log_odds)])
    line = np.array([0.0, np.log(base / (1 - base))])  # from the base rate Newton's steps are safe
    for _ in range(STEPS):
        chance = logistic(design @ line)
        gradient = design.T @ (outcome - chance)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature, gradient)
        line += step
        if np.abs(step).max() < ENOUGH:
            break
    else:
        raise NotCalibratable("the fit does not settle")
    if line[0] <= 0:
        raise NotCalibratable("the score falls as harm rises")
    slope = float(line[0]) / spread
    return Line(slope, float(line[1]) - slope * middle)


def intercept_at_slope_one(log_odds: Numbers, outcome: Flags) -> float:
    """Calibration in the large: how far, in log-odds, the outcomes lie above the estimates."""
    shift = 0.0
    for _ in range(STEPS):
        chance = logistic(log_odds + shift)
        step = float((outcome - chance).sum() / (chance * (1 - chance)).sum())
        shift += step
        if abs(step) < ENOUGH:
            break
    return shift
