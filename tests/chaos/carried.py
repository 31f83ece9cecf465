"""Kafka's topics, read beside the services that write and read them."""

from collections.abc import Iterable, Sequence

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from services.platform.messaging.kafka.clients import connected
from services.platform.messaging.kafka.settings import KafkaSettings


class OnKafka:
    """Belongs to no group, so nothing that is read here is kept from anybody.

    `prefix` is what the names of its topics and groups begin with, on a broker that several systems share.
    """

    def __init__(self, settings: KafkaSettings, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._consumer = connected(KafkaConsumer, {**settings.consumer("reconciliation"), "group_id": None})
        self._admin = connected(KafkaAdminClient, settings.connection())

    def values(self, topics: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        ends = self._ends(topics)
        self._consumer.assign(list(ends))
        self._consumer.seek_to_beginning(*ends)
        left = {partition for partition, end in ends.items() if end}
        while left:
            for partition, records in self._consumer.poll(timeout_ms=1_000, max_records=5_000).items():
                topic = partition.topic.removeprefix(self._prefix)
                yield from ((topic, record.value) for record in records if record.offset < ends[partition])
                if records[-1].offset + 1 >= ends[partition]:
                    left.discard(partition)

    def length(self, topics: Sequence[str]) -> int:
        return sum(self._ends(topics).values())

    def waits(self, group: str, topics: Sequence[str]) -> bool:
        committed = self._admin.list_group_offsets(self._prefix + group)[self._prefix + group]
        return any(
            end > (committed[partition].offset if partition in committed else 0)
            for partition, end in self._ends(topics).items()
        )

    def close(self) -> None:
        self._consumer.close(autocommit=False)
        self._admin.close()

    def _ends(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        partitions = [
            TopicPartition(name, number)
            for name in (self._prefix + topic for topic in topics)
            for number in self._consumer.partitions_for_topic(name) or ()
        ]
        ends: dict[TopicPartition, int] = self._consumer.end_offsets(partitions)
        return ends
