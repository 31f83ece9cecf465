"""Tracks the delivered and committed offsets of a consumer group by partition."""

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
    """Offset of the first record delivered but not committed."""
    beyond: int
    """Offset after the last delivered record."""


class OffsetTracker(ConsumerRebalanceListener):  # type: ignore[misc]  # the library carries no types
    """Offsets delivered but not committed. Drops a partition that is revoked: its new owner commits it."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._delivered: dict[TopicPartition, _Delivered] = {}

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Does nothing: every rebalance revokes all partitions, and the assignment shows which ones are lost."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Drops partitions that are not assigned. Fetching continues for the others, so their offsets stay."""
        retained = set(assigned)
        if not retained:
            _log.info("partitions_assigned", service=self._group, count=0)
        for topic, partitions in _by_topic(retained).items():
            _log.info("partitions_assigned", service=self._group, topic=topic, partitions=partitions)
        self._delivered = {
            partition: offsets for partition, offsets in self._delivered.items() if partition in retained
        }

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """The group removed this consumer: each partition continues from its committed offset."""
        for topic, partitions in _by_topic(lost).items():
            _log.warning("partitions_lost", service=self._group, topic=topic, partitions=partitions)
        self._delivered.clear()

    def deliver(self, partition: TopicPartition, first: int, last: int) -> None:
        offsets = self._delivered.setdefault(partition, _Delivered(first, first))
        offsets.beyond = last + 1

    def uncommitted(self) -> Mapping[TopicPartition, int]:
        """Returns, by partition, the offset of the first record delivered but not committed."""
        return {partition: offsets.first for partition, offsets in self._delivered.items()}

    def reset(self) -> Mapping[TopicPartition, int]:
        """Returns `uncommitted` and clears all delivered offsets."""
        uncommitted = self.uncommitted()
        self._delivered.clear()
        return uncommitted

    def commits(self, delivered: Sequence[Delivered]) -> dict[TopicPartition, OffsetAndMetadata]:
        """Returns the offsets to commit once these records are handled, for assigned partitions only."""
        reached: dict[TopicPartition, int] = {}
        for record in delivered:
            partition = TopicPartition(record.topic, record.partition)
            if partition in self._delivered:
                reached[partition] = max(record.position + 1, reached.get(partition, 0))
        return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in reached.items()}

    def committed(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        for partition, offset in offsets.items():
            delivered = self._delivered.get(partition)
            if delivered is None:
                continue
            delivered.first = max(delivered.first, offset.offset)
            if delivered.first >= delivered.beyond:
                del self._delivered[partition]


def _by_topic(partitions: Iterable[TopicPartition]) -> Mapping[str, list[int]]:
    """Returns the sorted partition numbers of each topic."""
    found: dict[str, list[int]] = {}
    for partition in sorted(partitions):
        found.setdefault(partition.topic, []).append(partition.partition)
    return found
