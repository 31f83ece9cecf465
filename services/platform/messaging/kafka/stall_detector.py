"""A watchdog: a partition that holds records and gives none, though its turn has come, is told of, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kafka import TopicPartition

MOVES_WITHIN_SECONDS = 60.0
_HAS_ITS_TURN_WITHIN = 10
"""So many times longer a partition may wait while others of the same reader move: a backlog is given one by one."""


@dataclass
class _Seen:
    position: int
    since: float
    end: int


@dataclass(frozen=True)
class Found:
    """What a look found wrong."""

    stalled: tuple[TopicPartition, ...] = ()
    """They hold records beyond our position, and it has not moved for a minute; for ten where others did."""
    shorter: tuple[TopicPartition, ...] = ()
    """They end before the place where they ended at the last look: the broker has lost records."""


@dataclass
class StallDetector:
    """What was seen at the last look. `at` is in seconds of a clock that never goes back."""

    lags: dict[TopicPartition, int] = field(default_factory=dict)
    """How many records each partition holds that are not handled."""
    stalled: tuple[TopicPartition, ...] = ()
    _seen: dict[TopicPartition, _Seen] = field(default_factory=dict)

    def check(self, at: float, positions: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> Found:
        """Compare with the last look. Partitions without a position are left out, and forgotten."""
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
