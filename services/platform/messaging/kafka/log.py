"""The log on Apache Kafka. Connects on first use, in the thread that uses it."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence

from services.platform.messaging.kafka.reader import Reader
from services.platform.messaging.kafka.sender import Sender
from services.platform.messaging.kafka.settings import KafkaSettings, require_fast_checksums
from services.platform.messaging.log import BrokerUnavailable, Delivered, Record


class UsedInAnotherProcess(RuntimeError):
    """Kafka clients do not survive a fork: the log must be created in the process that uses it."""


class KafkaLog:
    """Can be created in any process, with or without a broker; used in one, a worker, never a web process."""

    def __init__(self, settings: KafkaSettings) -> None:
        require_fast_checksums()
        self._settings = settings
        self._sender = Sender(settings)
        self._sender_away = False
        self._readers: dict[str, Reader] = {}
        self._lock = threading.Lock()
        self._process: int | None = None

    def append(self, records: Sequence[Record]) -> None:
        self._stay_in_this_process()
        try:
            self._sender.send(records)
        except BrokerUnavailable:
            self._sender_away = True
            raise
        self._sender_away = False

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        self._stay_in_this_process()
        return self._reader(group).poll(topics, limit=limit, wait=wait)

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        self._stay_in_this_process()
        self._reader(group).commit(delivered)

    def close(self) -> None:
        with self._lock:
            readers, self._readers = list(self._readers.values()), {}
        for reader in readers:
            reader.close()
        self._sender.close()

    def checks(self) -> Mapping[str, Callable[[], bool]]:
        """The readiness checks of a worker: false is degraded, not dead."""
        return {
            "broker": lambda: not (self._sender_away or any(reader.away for reader in self._each())),
            "partitions": lambda: not any(reader.stalls.stalled for reader in self._each()),
        }

    def lag(self) -> Mapping[str, int]:
        """Returns the number of waiting records by topic, as last reported by the broker (every 15 seconds)."""
        waiting: dict[str, int] = {}
        for reader in self._each():
            for partition, lag in reader.stalls.lags.items():
                waiting[partition.topic] = waiting.get(partition.topic, 0) + lag
        return waiting

    def _each(self) -> list[Reader]:
        with self._lock:
            return list(self._readers.values())

    def _reader(self, group: str) -> Reader:
        with self._lock:
            if group not in self._readers:
                self._readers[group] = Reader(self._settings, group)
            return self._readers[group]

    def _stay_in_this_process(self) -> None:
        if self._process is None:
            self._process = os.getpid()
        if self._process != os.getpid():
            raise UsedInAnotherProcess
