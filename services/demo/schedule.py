"""Runs several scenarios concurrently in the order of their times, with a clock of their own."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

Scenario = Iterator[timedelta]
"""One referral's steps. Each `yield` gives the time until the next step."""


class ScenarioClock:
    """The time of the current step. Each reading is slightly later, so that no two events have the same time."""

    _TICK = timedelta(milliseconds=1)

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        self._at += self._TICK
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = max(at, self._at)


class Schedule:
    def __init__(self, clock: ScenarioClock, *, drain: Callable[[], None], until: datetime) -> None:
        self._clock = clock
        self._drain = drain
        self._until = until
        self._waiting: list[tuple[datetime, int, Scenario]] = []

    def add(self, at: datetime, scenario: Scenario) -> None:
        heapq.heappush(self._waiting, (at, len(self._waiting), scenario))

    def run(self, report: Callable[[int, int], None]) -> None:
        """Runs every scenario up to `until`. Pending events are drained before a scenario continues with its own."""
        scenarios, finished = len(self._waiting), 0
        unsettled: set[int] = set()
        while self._waiting:
            at, number, scenario = heapq.heappop(self._waiting)
            if number in unsettled:
                self._drain()
                unsettled.clear()
            self._clock.move_to(at)
            wait = next(scenario, None)
            unsettled.add(number)
            if wait is not None and at + wait <= self._until:
                heapq.heappush(self._waiting, (at + wait, number, scenario))
            else:
                finished += 1
                report(finished, scenarios)
        self._drain()
