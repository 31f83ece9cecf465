"""Logs to test with: the embedded one and Kafka, on storage that outlives a log as a broker outlives a process."""

import gc
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from kafka.admin import KafkaAdminClient

from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.kafka.log import KafkaLog
from services.platform.messaging.kafka.settings import PLAINTEXT, KafkaSettings
from services.platform.messaging.log import Delivered, Log, Record

_JOINS_WITHIN_SECONDS = 20.0


class Storage(Protocol):
    """Where records are kept. `reopened` is a log on it, as a process has it after a restart."""

    def reopened(self) -> Log: ...

    def topic(self, *, partitions: int = 1) -> str:
        """The name of an empty topic."""

    def close(self) -> None: ...


class EmbeddedStorage:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "bus.sqlite"

    def reopened(self) -> Log:
        return EmbeddedLog(self._path)

    def topic(self, *, partitions: int = 1) -> str:
        return f"t-{uuid4().hex[:12]}"

    def close(self) -> None:
        """The databases of a test are closed by its fixture."""


class KafkaStorage:
    def __init__(self, bootstrap_servers: str) -> None:
        self.settings = settings_for(bootstrap_servers)
        self._open: list[KafkaLog] = []

    def reopened(self) -> Log:
        self.close()
        return self.opened()

    def opened(self) -> KafkaLog:
        """A log beside those that are open: another process."""
        self._open.append(KafkaLog(self.settings))
        return self._open[-1]

    def topic(self, *, partitions: int = 1) -> str:
        name = f"t-{uuid4().hex[:12]}"
        make_topics(self.settings, name, partitions=partitions)
        return name

    def close(self) -> None:
        for log in self._open:
            log.close()
        self._open.clear()
        close_refused_sockets()


class OnItsOwnTopics:
    """A log whose topics are nobody else's on a broker that many tests share."""

    def __init__(self, storage: KafkaStorage, log: Log, *topics: str, prefix: str = "") -> None:
        """Makes the topics. Without any, those that were made with this prefix."""
        self._log = log
        self.prefix = prefix or f"t-{uuid4().hex[:8]}."
        if topics:
            make_topics(storage.settings, *(self.prefix + topic for topic in topics))

    def append(self, records: Sequence[Record]) -> None:
        self._log.append([replace(record, topic=self.prefix + record.topic) for record in records])

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        found = self._log.poll(
            self.prefix + group,
            [self.prefix + topic for topic in topics],
            limit=limit,
            # A reader needs a moment to join its group.
            wait=wait or _JOINS_WITHIN_SECONDS,
        )
        return [replace(record, topic=record.topic.removeprefix(self.prefix)) for record in found]

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        named = [replace(record, topic=self.prefix + record.topic) for record in delivered]
        self._log.commit(self.prefix + group, named)

    def close(self) -> None:
        self._log.close()


def settings_for(bootstrap_servers: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=tuple(bootstrap_servers.split(",")), security_protocol=PLAINTEXT)


def make_topics(settings: KafkaSettings, *names: str, partitions: int = 1) -> None:
    admin = KafkaAdminClient(**settings.connection())
    try:
        admin.create_topics({name: {"num_partitions": partitions} for name in names}, wait_for_metadata=True)
    finally:
        admin.close()


def close_refused_sockets() -> None:
    """The library leaves the sockets of refused connections to the garbage collector (3.0.12)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def read(log: Log, group: str, topics: Sequence[str], *, count: int, within: float = 30.0) -> list[Delivered]:
    """What the group has not committed, once there are so many: a reader needs a moment to join its group."""
    until = time.monotonic() + within
    while True:
        found = log.poll(group, topics, limit=500, wait=1.0)
        if len(found) >= count or time.monotonic() > until:
            return found
