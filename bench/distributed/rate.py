"""How much is done a second, beside the most that could be done of it in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.timing import Stage, measure


@dataclass(frozen=True, kw_only=True)
class Rate:
    name: str
    per_second: float
    floor: str
    floor_per_second: float

    @property
    def share(self) -> float:
        return self.per_second / self.floor_per_second


def of_stage(stage: Stage) -> Rate:
    measured = measure(stage)
    return Rate(
        name=measured.name,
        per_second=1e6 / measured.microseconds,
        floor=measured.floor,
        floor_per_second=1e6 / measured.floor_microseconds,
    )


def in_turns(
    name: str, work: Callable[[], float], *, floor: str, minimum: Callable[[], float], rounds: int = 3
) -> Rate:
    """Each gives how much it did a second. The round with the median share is told."""
    pairs = [(work(), minimum()) for _ in range(rounds)]
    share = statistics.median(done / maximum for done, maximum in pairs)
    done, maximum = next(pair for pair in pairs if pair[0] / pair[1] == share)
    return Rate(name=name, per_second=done, floor=floor, floor_per_second=maximum)


def timed(number: int, work: Callable[[], object]) -> float:
    """So many a second."""
    began = time.perf_counter()
    work()
    return number / (time.perf_counter() - began)
