"""The port to the broker: a log of records by topic, read by groups that remember how far they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class BrokerUnavailable(Exception):
    """The broker does not answer now. What was asked was not done, or not wholly: ask again."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is sent. Order holds within one topic and key, and nothing relies on it."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, kw_only=True)
class Delivered(Record):
    """What is read. A record stays with its group until `commit`, and comes again after a crash."""

    position: int
    """Rises within a topic's partition."""
    partition: int = 0


class Log(Protocol):
    def append(self, records: Sequence[Record]) -> None:
        """Store the records durably. When it returns, a crash cannot lose them.

        Raises BrokerUnavailable when it cannot say so of each: all must be appended again, and some may then be there twice.
        """

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        """The next records of these topics that the group has not committed, in order within a partition.

        Waits up to `wait` seconds for one. Called by one thread per group. Raises BrokerUnavailable.
        """

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        """The group is done with these and all before them in their partitions. Raises BrokerUnavailable.

        A partition that another process reads by now is left to it: there the records come again.
        """

    def close(self) -> None:
        """Leave the groups and let connections go. What was not committed comes again."""
