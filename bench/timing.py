"""Measures a stage and its floor in turns, so that a busy moment of the machine falls on both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

_ROUNDS = 7
_ROUND_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Work for one referral, and the least that could do it."""

    name: str
    floor: str
    work: Callable[[], object]
    least: Callable[[], object]
    per_call: int = 1
    """How many referrals one call of `work` and of `least` handles."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Medians over the rounds, in microseconds per referral. `ratio` is the median of the rounds' own ratios."""

    name: str
    floor: str
    microseconds: float
    floor_microseconds: float
    ratio: float


def measure(stage: Stage) -> Measured:
    stage.work()
    stage.least()
    rounds = [(_one_round(stage.work), _one_round(stage.least)) for _ in range(_ROUNDS)]
    return Measured(
        name=stage.name,
        floor=stage.floor,
        microseconds=statistics.median(work for work, _ in rounds) / stage.per_call,
        floor_microseconds=statistics.median(least for _, least in rounds) / stage.per_call,
        ratio=statistics.median(work / least for work, least in rounds),
    )


def _one_round(work: Callable[[], object]) -> float:
    """Microseconds per call."""
    calls, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < _ROUND_SECONDS:
        work()
        calls += 1
    return taken / calls * 1e6
