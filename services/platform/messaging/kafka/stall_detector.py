"""A watchdog that reports partitions that hold records but do not deliver any."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kafka import TopicPartition

MOVES_WITHIN_SECONDS = 60.0
_HAS_ITS_TURN_WITHIN = 10
"""A partition may wait this many times longer while others of the same consumer move: a backlog is delivered in turn.
"""


@dataclass
class _Seen:
    position: int
    since: float
    end: int


@dataclass(frozen=True)
class Found:
    """The findings of one check."""

    stalled: tuple[TopicPartition, ...] = ()
    """Partitions with records after our position, which has not moved for a minute; for ten if others moved."""
    shorter: tuple[TopicPartition, ...] = ()
    """Partitions that end before their end at the last check: the broker has lost records."""


@dataclass
class StallDetector:
    """The state at the last check. `at` is in seconds of a monotonic clock."""

    lags: dict[TopicPartition, int] = field(default_factory=dict)
    """Number of unhandled records in each partition."""
    stalled: tuple[TopicPartition, ...] = ()
    _seen: dict[TopicPartition, _Seen] = field(default_factory=dict)

    def check(self, at: float, positions: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> Found:
        """Compares with the last check. Skips partitions without a position and removes their state."""
        stalled, shorter, seen = [], [], {}
        patience = MOVES_WITHIN_SECONDS * (_HAS_ITS_TURN_WITHIN if self._any_moved(positions) else 1)
        for partition, position in positions.items():
            end, before = ends[partition], self._seen.get(partition)
            if before is not None and end < before.end:
                shorter.append(partition)
            moved = before is None or position != before.position or position >= end
            since = at if moved or before is None else before.since
            if at - since >= patience:
                stalled.append(partition)
            seen[partition] = _Seen(position, since, end)
        self._seen = seen
        self.lags = {partition: max(0, ends[partition] - position) for partition, position in positions.items()}
        self.stalled = tuple(stalled)
        return Found(self.stalled, tuple(shorter))

    def _any_moved(self, positions: Mapping[TopicPartition, int]) -> bool:
        return any(
            partition in self._seen and position != self._seen[partition].position
            for partition, position in positions.items()
        )

    def clear(self) -> None:
        self._seen, self.lags, self.stalled = {}, {}, ()
