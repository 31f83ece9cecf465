"""Vectorised draws from prepared uniform numbers.

Every draw takes its uniforms as an argument, so a person's luck does not depend on what else is
true of them: change one cause, keep the luck, and only what that cause moves will move.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


class Luck:
    """Independent random streams, one per purpose, all from one seed."""

    def __init__(self, seed: int, people: int) -> None:
        self._seed = seed
        self.people = people

    def uniform(self, purpose: str) -> Numbers:
        """One number in [0, 1) per person, always the same for the same seed and purpose."""
        return self._stream(purpose).random(self.people)

    def normal(self, purpose: str) -> Numbers:
        return self._stream(purpose).standard_normal(self.people)

    def _stream(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *purpose.encode()])


def logistic(log_odds: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(-log_odds))


def happens(uniform: Numbers, log_odds: ArrayLike) -> Flags:
    """True where an event with these log-odds happens."""
    return uniform < logistic(np.asarray(log_odds, dtype=np.float64))


def level(uniform: Numbers, leaning: Numbers, cuts: tuple[float, ...]) -> Whole:
    """An ordered level 0..len(cuts): how many cuts a leaning, with logistic noise, passes."""
    noisy = leaning + np.log(uniform / (1.0 - uniform) + 1e-300)
    return np.searchsorted(np.asarray(cuts), noisy).astype(np.int64)


def count(uniform: Numbers, rate: Numbers, maximum: int) -> Whole:
    """A Poisson count by inverting its distribution, cut off at `maximum`."""
    probability = np.exp(-rate)
    reached = probability.copy()
    drawn = np.zeros(len(rate), dtype=np.int64)
    for step in range(1, maximum + 1):
        beyond = uniform > reached
        if not beyond.any():
            break
        drawn[beyond] = step
        probability = probability * rate / step
        reached = reached + probability
    return drawn


def one_of(uniform: Numbers, shares: dict[str, float]) -> Whole:
    """The index of one option per person, drawn in these shares (which sum to 1)."""
    edges = np.cumsum(list(shares.values()))[:-1]
    return np.searchsorted(edges, uniform, side="right").astype(np.int64)
