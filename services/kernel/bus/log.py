"""The port to the broker: a log of records by topic, read by groups that remember how far they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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


class Log(Protocol):
    def append(self, records: Sequence[Record]) -> None:
        """Store the records durably, all or none. When it returns, a crash cannot lose them."""

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        """The next records of these topics that the group has not committed, oldest first.

        Waits up to `wait` seconds for one. Called by one thread per group.
        """

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        """The group is done with these and all before them."""
