"""The producer of one process, used by its relay alone."""

import contextlib
import threading
import time
from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from services.contracts.envelope import MEDIA_TYPE
from services.platform.messaging.kafka.clients import connected, is_transient
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import BrokerUnavailable, Record

_HEADERS = [("content-type", MEDIA_TYPE.encode())]
"""What CloudEvents wants of Kafka's records, so that a reader that is not ours knows what it has."""

_SECONDS_OF_GRACE = 2.0
"""The library gives each record up by itself; this is for the case that it does not."""


class Sender:
    """Any number of threads may send; a failure closes the producer, and the next call makes another."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def send(self, records: Sequence[Record]) -> None:
        """Return when every record is acknowledged. Raises BrokerUnavailable when one is not, or what refused it for good."""
        producer = self._connected()
        until = time.monotonic() + self._settings.delivery_timeout_ms / 1000 + _SECONDS_OF_GRACE
        try:
            sent = [
                producer.send(record.topic, key=record.key.encode(), value=record.value, headers=_HEADERS)
                for record in records
            ]
            # Until now they waited for each other: so they go to a broker in one request, and not in one for every few.
            producer.flush(timeout=until - time.monotonic())
            for future in sent:
                future.get(timeout=max(0.0, until - time.monotonic()))
        except BaseException as error:
            # Whether the others arrived is unknown, and a producer that has failed may not be told to send them again.
            self._give_up(producer)
            if is_transient(error):
                raise BrokerUnavailable(type(error).__name__) from None
            raise

    def close(self) -> None:
        with self._lock:
            if self._producer is not None:
                _end(self._producer)
            self._producer = None

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = connected(KafkaProducer, self._settings.producer())
            return self._producer

    def _give_up(self, producer: KafkaProducer) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        _end(producer)


def _end(producer: KafkaProducer) -> None:
    """Let it go at once, with what it still holds: the outbox holds that too."""
    # close() raises before it ends its thread when something is unsent (3.0.12), so the thread is told first.
    producer._sender.force_close()
    with contextlib.suppress(KafkaError):
        producer.close(timeout=1)
