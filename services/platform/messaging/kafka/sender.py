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
"""Headers that CloudEvents requires on Kafka records, for readers outside this system."""

_SECONDS_OF_GRACE = 2.0
"""The library expires each record itself; this is the limit in case it does not."""


class Sender:
    """Thread-safe. A failure closes the producer, and the next call creates another."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def send(self, records: Sequence[Record]) -> None:
        """Returns once every record is acknowledged. Raises BrokerUnavailable otherwise, or the permanent error."""
        producer = self._connected()
        until = time.monotonic() + self._settings.delivery_timeout_ms / 1000 + _SECONDS_OF_GRACE
        try:
            sent = [
                producer.send(record.topic, key=record.key.encode(), value=record.value, headers=_HEADERS)
                for record in records
            ]
            # Until now they waited for each other: so they go to a broker in one request instead of one for every few.
            producer.flush(timeout=until - time.monotonic())
            for future in sent:
                future.get(timeout=max(0.0, until - time.monotonic()))
        except BaseException as error:
            # It is unknown whether the others arrived, and a failed producer may not send them again.
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
    """Closes the producer immediately and discards what it still holds: the outbox has it too."""
    # close() raises before it ends its thread when records are unsent (3.0.12), so the thread is stopped first.
    producer._sender.force_close()
    with contextlib.suppress(KafkaError):
        producer.close(timeout=1)
