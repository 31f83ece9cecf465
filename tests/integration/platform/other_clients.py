"""Two clients of Kafka that are not ours: kcat, and confluent-kafka. Both are librdkafka beneath."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from confluent_kafka import Consumer, Producer, TopicPartition

from services.platform.messaging.log import Record

PARTITIONS = 12

LIKE_OURS = "murmur2_random"
"""The hash of keys that Kafka's own clients and ours use. librdkafka's default is another, CRC-32."""
LIBRDKAFKAS_OWN = "consistent_random"
CONTENT_TYPE = ("content-type", "application/cloudevents+json")

_WITHIN_SECONDS = 20.0


@dataclass(frozen=True, order=True)
class Seen:
    """A record as a client shows it."""

    partition: int
    key: str
    value: bytes
    headers: tuple[tuple[str, str], ...]


class Client(Protocol):
    def read(self, servers: str, topic: str, *, count: int) -> list[Seen]:
        """Every record of the topic, of which there are so many, sorted."""

    def write(self, servers: str, records: Sequence[Record], *, partitioner: str = LIKE_OURS) -> None:
        """Write these, with the header that ours have."""


class Kcat:
    def read(self, servers: str, topic: str, *, count: int) -> list[Seen]:
        command = ["kcat", "-C", "-b", servers, "-t", topic, "-o", "beginning", "-c", str(count), "-J", "-q"]
        said = subprocess.run(command, capture_output=True, check=True, timeout=_WITHIN_SECONDS).stdout
        return sorted(_of_json(line) for line in said.splitlines())

    def write(self, servers: str, records: Sequence[Record], *, partitioner: str = LIKE_OURS) -> None:
        header = ["-H", "=".join(CONTENT_TYPE)]
        for topic in {record.topic for record in records}:
            command = [
                "kcat",
                "-P",
                "-b",
                servers,
                "-t",
                topic,
                "-K",
                "\t",
                *header,
                "-X",
                f"partitioner={partitioner}",
            ]
            lines = [record.key.encode() + b"\t" + record.value for record in records if record.topic == topic]
            subprocess.run(command, input=b"\n".join(lines), check=True, timeout=_WITHIN_SECONDS)


class Confluent:
    def read(self, servers: str, topic: str, *, count: int) -> list[Seen]:
        consumer = Consumer({"bootstrap.servers": servers, "group.id": topic, "enable.auto.commit": False})
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        seen: list[Seen] = []
        until = time.monotonic() + _WITHIN_SECONDS
        while len(seen) < count and time.monotonic() < until:
            for message in consumer.consume(num_messages=count - len(seen), timeout=1.0):
                seen.append(_of_message(message))
        consumer.close()
        return sorted(seen)

    def write(self, servers: str, records: Sequence[Record], *, partitioner: str = LIKE_OURS) -> None:
        producer = Producer({"bootstrap.servers": servers, "acks": "all", "partitioner": partitioner})
        for record in records:
            producer.produce(record.topic, key=record.key, value=record.value, headers=[CONTENT_TYPE])
        assert producer.flush(_WITHIN_SECONDS) == 0


def _of_message(message: Any) -> Seen:
    assert message.error() is None
    headers = tuple((name, value.decode()) for name, value in message.headers() or [])
    return Seen(message.partition(), message.key().decode(), message.value(), headers)


def _of_json(line: bytes) -> Seen:
    said = json.loads(line)
    headers = said.get("headers", [])
    return Seen(
        said["partition"], said["key"], said["payload"].encode(), tuple(zip(headers[::2], headers[1::2], strict=True))
    )
