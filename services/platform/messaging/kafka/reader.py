"""The consumer of one group: redelivers records until they are committed, and stays in the group during a slow handler."""

import contextlib
import threading
import time
from collections.abc import Sequence

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from services.platform.messaging.kafka.clients import connected, is_transient
from services.platform.messaging.kafka.offsets import OffsetTracker
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.kafka.stall_detector import StallDetector
from services.platform.messaging.log import BrokerUnavailable, Delivered

_COMMIT_MS = 5_000
_LOOK_EVERY_SECONDS = 15.0
_LOOK_MS = 3_000
_REBUILT_AFTER_SECONDS = 60.0
"""A consumer that has failed for this long is replaced: only a new one recovers from some faults."""
_KEEP_EVERY_SECONDS = 1.0
_KEEP_MS = 100
_KEEP_ALIVE_SECONDS = 600.0
"""A handler that takes longer counts as hung, and other consumers get its partitions."""
_LEAVE_MS = 5_000

# The group removed this consumer: the records are redelivered to the new owners of its partitions.
_LEFT_BEHIND = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)

_log = structlog.get_logger()


class Reader:
    """One thread polls and commits. Between two polls, a second thread sends heartbeats to stay in the group."""

    def __init__(self, settings: KafkaSettings, group: str) -> None:
        self.away = False
        """Whether the last call found the broker unavailable."""
        self.stalls = StallDetector()
        self._settings = settings
        self._group = group
        self._topics: frozenset[str] = frozenset()
        self._consumer: KafkaConsumer | None = None
        self._offsets = OffsetTracker(group)
        self._lock = threading.Lock()
        """The library's consumer is not thread-safe."""
        self._polled_at = self._well_at = time.monotonic()
        self._looked_at = -_LOOK_EVERY_SECONDS
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None

    def poll(self, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        with self._lock, self._failures_translated():
            consumer = self._connected(frozenset(topics))
            self._look(consumer)
            self._go_back(consumer)
            consumer.resume(*consumer.paused())
            found = consumer.poll(timeout_ms=int(wait * 1000), max_records=limit)
            self._polled_at = time.monotonic()
            return [record for partition, records in found.items() for record in self._given(partition, records)]

    def commit(self, delivered: Sequence[Delivered]) -> None:
        with self._lock, self._failures_translated():
            offsets = self._offsets.commits(delivered)
            if self._consumer is None or not offsets:
                return
            try:
                self._consumer.commit(offsets, timeout_ms=_COMMIT_MS)
            except _LEFT_BEHIND as error:
                _log.info("offset_not_committed", service=self._group, error=type(error).__name__)
            else:
                self._offsets.committed(offsets)

    def close(self) -> None:
        """Leaves the group, so that its other consumers continue immediately."""
        self._closing.set()
        with self._lock:
            self._drop()
        if self._keeper is not None:
            self._keeper.join()

    def _connected(self, topics: frozenset[str]) -> KafkaConsumer:
        if self._consumer is None:
            self._consumer = connected(KafkaConsumer, self._settings.consumer(self._group))
            self._topics = frozenset()
        if topics != self._topics:
            self._consumer.subscribe(topics=sorted(topics), listener=self._offsets)
            self._topics = topics
        if self._keeper is None or not self._keeper.is_alive():
            self._keeper = threading.Thread(target=self._keep, name=f"{self._group}-keeper", daemon=True)
            self._keeper.start()
        return self._consumer

    def _given(self, partition: TopicPartition, records: Sequence[object]) -> list[Delivered]:
        given = [_delivered(record) for record in records]
        self._offsets.deliver(partition, given[0].position, given[-1].position)
        return given

    def _go_back(self, consumer: KafkaConsumer) -> None:
        """Seeks back to the first uncommitted record of each partition."""
        assigned = consumer.assignment()
        for partition, first in self._offsets.reset().items():
            if partition in assigned:
                consumer.seek(partition, first)

    def _look(self, consumer: KafkaConsumer) -> None:
        """Queries the end offset of each partition, and replaces the consumer when it stalls on one."""
        at = time.monotonic()
        assigned = consumer.assignment()
        if at - self._looked_at < _LOOK_EVERY_SECONDS or not assigned:
            return
        self._looked_at = at
        ends = consumer.end_offsets(list(assigned), timeout_ms=_LOOK_MS)
        given = self._offsets.uncommitted()
        fetched = {partition: consumer.position(partition, timeout_ms=0) for partition in assigned - given.keys()}
        known = {partition: position for partition, position in fetched.items() if position is not None}
        found = self.stalls.check(at, {**known, **given}, ends)
        for topic, number in found.shorter:
            _log.critical("partition_is_shorter", service=self._group, topic=topic, partition=number)
        for topic, number in found.stalled:
            _log.error("partition_stands_still", service=self._group, topic=topic, partition=number)
        # Records were delivered, so the handler is stalled: a new consumer would not help.
        if set(found.stalled) - given.keys():
            raise PartitionStandsStill

    def _keep(self) -> None:
        """While a handler is at work: sends heartbeats and takes part in rebalances without fetching records."""
        while not self._closing.wait(_KEEP_EVERY_SECONDS):
            if not self._lock.acquire(blocking=False):
                continue
            try:
                idle = time.monotonic() - self._polled_at
                if self._consumer is not None and _KEEP_EVERY_SECONDS < idle < _KEEP_ALIVE_SECONDS:
                    self._stay(self._consumer)
            except Exception as error:
                # The next poll meets the same error and reports it.
                _log.info("membership_not_refreshed", service=self._group, error=type(error).__name__)
            finally:
                self._lock.release()

    def _stay(self, consumer: KafkaConsumer) -> None:
        consumer.pause(*consumer.assignment())
        # Newly assigned partitions are not paused, so records may arrive: they are fetched again later.
        for partition, records in consumer.poll(timeout_ms=_KEEP_MS, max_records=1).items():
            consumer.seek(partition, records[0].offset)

    @contextlib.contextmanager
    def _failures_translated(self):  # type: ignore[no-untyped-def]
        try:
            yield
        except BaseException as error:
            self.away = isinstance(error, BrokerUnavailable) or is_transient(error)
            if not self.away or time.monotonic() - self._well_at > _REBUILT_AFTER_SECONDS:
                self._drop()
            if self.away:
                raise BrokerUnavailable(type(error).__name__) from None
            raise
        self.away = False
        self._well_at = time.monotonic()

    def _drop(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._offsets.reset()
        self.stalls.clear()
        if consumer is not None:
            with contextlib.suppress(KafkaError, RuntimeError):
                consumer.close(autocommit=False, timeout_ms=_LEAVE_MS)


class PartitionStandsStill(RuntimeError):
    """The consumer had records to fetch and did not move for a minute: it was replaced."""


def _delivered(record) -> Delivered:  # type: ignore[no-untyped-def]
    return Delivered(
        topic=record.topic,
        partition=record.partition,
        position=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        # Only a foreign sender writes a record without a value; it is dead-lettered like any other invalid event.
        value=record.value or b"",
    )
