"""The port to the broker: a log of records by topic, read by groups with committed offsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class BrokerUnavailable(Exception):
    """The broker does not respond. The call had no effect, or a partial one: call again."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record to send. Order holds within one topic and key, and nothing relies on it."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, kw_only=True)
class Delivered(Record):
    """A record that was read. It stays with its group until `commit`, and is redelivered after a crash."""

    position: int
    """Increases within a topic's partition."""
    partition: int = 0


class Log(Protocol):
    def append(self, records: Sequence[Record]) -> None:
        """Stores the records durably. After it returns, a crash cannot lose them.

        Raises BrokerUnavailable unless all are acknowledged: append all again; some may then exist twice.
        """

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        """Returns the next uncommitted records of these topics, in order within a partition.

        Waits up to `wait` seconds for one. Called by one thread per group. Raises BrokerUnavailable.
        """

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        """Commits these and all earlier records of their partitions. Raises BrokerUnavailable.

        Skips a partition that another process reads by now: the records are redelivered there.
        """

    def close(self) -> None:
        """Leaves the groups and closes connections. Uncommitted records are redelivered."""
