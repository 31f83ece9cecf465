"""One group's consumer: what it gives comes again until it is committed, and a slow handler never loses its place."""

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
"""A consumer that has failed for so long is thrown away: some of its faults only a new one gets over."""
_KEEP_EVERY_SECONDS = 1.0
_KEEP_MS = 100
_KEEP_ALIVE_SECONDS = 600.0
"""A handler that takes longer hangs: then the others may have its partitions."""
_LEAVE_MS = 5_000

# The group went on without us: the records come again, to whoever reads their partitions now.
_LEFT_BEHIND = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)

_log = structlog.get_logger()


class Reader:
    """Polled and committed by one thread. Between a poll and the next, a second thread keeps its place in the group."""

    def __init__(self, settings: KafkaSettings, group: str) -> None:
        self.away = False
        """Whether the last call found no broker."""
        self.stalls = StallDetector()
        self._settings = settings
        self._group = group
        self._topics: frozenset[str] = frozenset()
        self._consumer: KafkaConsumer | None = None
        self._offsets = OffsetTracker(group)
        self._lock = threading.Lock()
        """The library's consumer is not for two threads at once."""
        self._polled_at = self._well_at = time.monotonic()
        self._looked_at = -_LOOK_EVERY_SECONDS
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None

    def poll(self, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        with self._lock, self._failures_told():
            consumer = self._connected(frozenset(topics))
            self._look(consumer)
            self._go_back(consumer)
            consumer.resume(*consumer.paused())
            found = consumer.poll(timeout_ms=int(wait * 1000), max_records=limit)
            self._polled_at = time.monotonic()
            return [record for partition, records in found.items() for record in self._given(partition, records)]

    def commit(self, delivered: Sequence[Delivered]) -> None:
        with self._lock, self._failures_told():
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
        """Leave the group, so that its other readers go on at once."""
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
        """What was given and not committed is given again."""
        assigned = consumer.assignment()
        for partition, first in self._offsets.reset().items():
            if partition in assigned:
                consumer.seek(partition, first)

    def _look(self, consumer: KafkaConsumer) -> None:
        """Ask the broker how far each partition goes, and throw the consumer away when it leaves one stalled."""
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
        # Where records were given, it is the handler that does not get on: a new consumer would not help.
        if set(found.stalled) - given.keys():
            raise PartitionStandsStill

    def _keep(self) -> None:
        """While a handler is at work: say that we are alive, take part in rebalances, and take nothing."""
        while not self._closing.wait(_KEEP_EVERY_SECONDS):
            if not self._lock.acquire(blocking=False):
                continue
            try:
                idle = time.monotonic() - self._polled_at
                if self._consumer is not None and _KEEP_EVERY_SECONDS < idle < _KEEP_ALIVE_SECONDS:
                    self._stay(self._consumer)
            except Exception as error:
                # The next poll meets it too, and tells it.
                _log.info("membership_not_refreshed", service=self._group, error=type(error).__name__)
            finally:
                self._lock.release()

    def _stay(self, consumer: KafkaConsumer) -> None:
        consumer.pause(*consumer.assignment())
        # Of partitions that came just now, which are not paused, something may be given: it is put back.
        for partition, records in consumer.poll(timeout_ms=_KEEP_MS, max_records=1).items():
            consumer.seek(partition, records[0].offset)

    @contextlib.contextmanager
    def _failures_told(self):  # type: ignore[no-untyped-def]
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
    """The consumer was given records to fetch and has not for a minute: it was thrown away."""


def _delivered(record) -> Delivered:  # type: ignore[no-untyped-def]
    return Delivered(
        topic=record.topic,
        partition=record.partition,
        position=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        # Nobody of us writes a record without a value; it is dead-lettered like any other that is no event.
        value=record.value or b"",
    )
