"""A watchdog: a partition that holds records and gives none for a minute is told of, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kafka import TopicPartition

MOVES_WITHIN_SECONDS = 60.0


@dataclass
class _Seen:
    position: int
    since: float
    end: int


@dataclass(frozen=True)
class Found:
    """What a look found wrong."""

    standing: tuple[TopicPartition, ...] = ()
    """They hold records beyond our position, and it has not moved for a minute."""
    shorter: tuple[TopicPartition, ...] = ()
    """They end before the place where they ended at the last look: the broker has lost records."""


@dataclass
class Progress:
    """What was seen at the last look. `at` is in seconds of a clock that never goes back."""

    lags: dict[TopicPartition, int] = field(default_factory=dict)
    """How many records each partition holds that are not handled."""
    standing: tuple[TopicPartition, ...] = ()
    _seen: dict[TopicPartition, _Seen] = field(default_factory=dict)

    def look(self, at: float, positions: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> Found:
        """Compare with the last look. Partitions without a position are left out, and forgotten."""
        standing, shorter, seen = [], [], {}
        for partition, position in positions.items():
            end, before = ends[partition], self._seen.get(partition)
            if before is not None and end < before.end:
                shorter.append(partition)
            moved = before is None or position != before.position or position >= end
            since = at if moved or before is None else before.since
            if at - since >= MOVES_WITHIN_SECONDS:
                standing.append(partition)
            seen[partition] = _Seen(position, since, end)
        self._seen = seen
        self.lags = {partition: max(0, ends[partition] - position) for partition, position in positions.items()}
        self.standing = tuple(standing)
        return Found(self.standing, tuple(shorter))

    def forget(self) -> None:
        self._seen, self.lags, self.standing = {}, {}, ()
