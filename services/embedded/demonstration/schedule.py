"""Tells several stories at once, in the order of their times, under a clock of their own."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

Story = Iterator[timedelta]
"""One referral's way. Each `yield` says how long it is until the next thing that happens."""


class StoryClock:
    """The time of the step being told. Each look at it is a little later, so that nothing happens at once."""

    _TICK = timedelta(milliseconds=1)

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        self._at += self._TICK
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = max(at, self._at)


class Schedule:
    def __init__(self, clock: StoryClock, *, settle: Callable[[], None], until: datetime) -> None:
        self._clock = clock
        self._settle = settle
        self._until = until
        self._waiting: list[tuple[datetime, int, Story]] = []

    def add(self, at: datetime, story: Story) -> None:
        heapq.heappush(self._waiting, (at, len(self._waiting), story))

    def run(self, report: Callable[[int, int], None]) -> None:
        """Tell every story up to `until`. Events are moved on before a story that waits for its own."""
        stories, told = len(self._waiting), 0
        unsettled: set[int] = set()
        while self._waiting:
            at, number, story = heapq.heappop(self._waiting)
            if number in unsettled:
                self._settle()
                unsettled.clear()
            self._clock.move_to(at)
            wait = next(story, None)
            unsettled.add(number)
            if wait is not None and at + wait <= self._until:
                heapq.heappush(self._waiting, (at + wait, number, story))
            else:
                told += 1
                report(told, stories)
        self._settle()
