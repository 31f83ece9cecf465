"""Measures a stage and its floor in turns, so that a busy moment of the machine falls on both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROUNDS = 7
_ROUND_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Work for one referral, and the least that could do it. What `given` makes for `work` is not measured."""

    name: str
    floor: str
    work: Callable[[Any], object]
    minimum: Callable[[], object]
    given: Callable[[], Any] = lambda: None
    each: int = 1
    """How many referrals one call of `work` and of `minimum` handles."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Medians over the rounds, in microseconds per referral. `ratio` is the median of the rounds' own ratios."""

    name: str
    floor: str
    microseconds: float
    floor_microseconds: float
    ratio: float


def measure(stage: Stage) -> Measured:
    stage.work(stage.given())
    stage.minimum()
    rounds = [(_a_round(stage.work, stage.given), _a_round(lambda _: stage.minimum())) for _ in range(ROUNDS)]
    return Measured(
        name=stage.name,
        floor=stage.floor,
        microseconds=statistics.median(work for work, _ in rounds) / stage.each,
        floor_microseconds=statistics.median(minimum for _, minimum in rounds) / stage.each,
        ratio=statistics.median(work / minimum for work, minimum in rounds),
    )


def _a_round(work: Callable[[Any], object], given: Callable[[], Any] = lambda: None) -> float:
    """Microseconds per call."""
    calls, taken = 0, 0.0
    while taken < _ROUND_SECONDS:
        something = given()
        began = time.perf_counter()
        work(something)
        taken += time.perf_counter() - began
        calls += 1
    return taken / calls * 1e6
