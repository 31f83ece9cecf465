"""Creates Kafka clients so that a failed connection leaks neither threads nor sockets."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import KafkaError, RetriableError
from kafka.net.compat import KafkaNetClient

from services.platform.messaging.log import BrokerUnavailable

_Client = TypeVar("_Client")


def connected(make: Callable[..., _Client], settings: dict[str, Any]) -> _Client:
    """Returns a client that is connected to a broker.

    Raises BrokerUnavailable if it cannot connect within a few seconds.
    """
    # Its DEBUG lines contain records, and our own lines report its errors.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    begun: list[KafkaNetClient] = []

    def remembered(**configs: Any) -> KafkaNetClient:
        begun.append(KafkaNetClient(**configs))
        return begun[-1]

    try:
        return make(kafka_client=remembered, **settings)
    except BaseException as error:
        # A failing constructor leaks its thread and its sockets, which only we can close (3.0.12).
        for client in begun:
            client.close()
        if is_transient(error):
            raise BrokerUnavailable(type(error).__name__) from None
        raise


def is_transient(error: BaseException) -> bool:
    """Returns whether the same call may succeed later without a change on our side."""
    return isinstance(error, RetriableError) or (isinstance(error, KafkaError) and bool(error.retriable))
