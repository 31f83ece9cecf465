"""How far a group has been given records, and how far it has committed, by partition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.structs import OffsetAndMetadata

from services.platform.messaging.log import Delivered

_log = structlog.get_logger()


@dataclass
class _Delivered:
    first: int
    """The first record given and not committed."""
    beyond: int
    """The one after the last that was given."""


class OffsetTracker(ConsumerRebalanceListener):  # type: ignore[misc]  # the library carries no types
    """What was given and not committed. A partition that is taken away is forgotten: it is another's to commit."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._given: dict[TopicPartition, _Delivered] = {}

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Every rebalance revokes all. Which are really taken away is known when it is over."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Forget the others. One that we keep is fetched on from where it was, so what was given of it must not be."""
        kept = set(assigned)
        if not kept:
            _log.info("partitions_assigned", service=self._group, count=0)
        for topic, partitions in _by_topic(kept).items():
            _log.info("partitions_assigned", service=self._group, topic=topic, partitions=partitions)
        self._given = {partition: given for partition, given in self._given.items() if partition in kept}

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """The group went on without us: each partition is taken up where it has been committed."""
        for topic, partitions in _by_topic(lost).items():
            _log.warning("partitions_lost", service=self._group, topic=topic, partitions=partitions)
        self._given.clear()

    def deliver(self, partition: TopicPartition, first: int, last: int) -> None:
        given = self._given.setdefault(partition, _Delivered(first, first))
        given.beyond = last + 1

    def uncommitted(self) -> Mapping[TopicPartition, int]:
        """By partition, the first record that was given and not committed."""
        return {partition: given.first for partition, given in self._given.items()}

    def take_back(self) -> Mapping[TopicPartition, int]:
        """The same, and nothing counts as given any more."""
        back = self.uncommitted()
        self._given.clear()
        return back

    def commits(self, delivered: Sequence[Delivered]) -> dict[TopicPartition, OffsetAndMetadata]:
        """What to tell the broker when these are done: only of partitions that are still ours."""
        reached: dict[TopicPartition, int] = {}
        for record in delivered:
            partition = TopicPartition(record.topic, record.partition)
            if partition in self._given:
                reached[partition] = max(record.position + 1, reached.get(partition, 0))
        return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in reached.items()}

    def committed(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        for partition, offset in offsets.items():
            given = self._given.get(partition)
            if given is None:
                continue
            given.first = max(given.first, offset.offset)
            if given.first >= given.beyond:
                del self._given[partition]


def _by_topic(partitions: Iterable[TopicPartition]) -> Mapping[str, list[int]]:
    """The numbers of the partitions of each topic, in order."""
    found: dict[str, list[int]] = {}
    for partition in sorted(partitions):
        found.setdefault(partition.topic, []).append(partition.partition)
    return found
