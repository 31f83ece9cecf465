"""Makes the library's clients so that one that cannot connect leaves nothing behind."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import KafkaError, RetriableError
from kafka.net.compat import KafkaNetClient

from services.platform.messaging.log import BrokerUnavailable

_Client = TypeVar("_Client")


def connected(make: Callable[..., _Client], settings: dict[str, Any]) -> _Client:
    """A client that has spoken to a broker. Raises BrokerUnavailable after a few seconds without one."""
    # Its lines of level DEBUG hold records, and what goes wrong is told by our own lines.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    begun: list[KafkaNetClient] = []

    def remembered(**configs: Any) -> KafkaNetClient:
        begun.append(KafkaNetClient(**configs))
        return begun[-1]

    try:
        return make(kafka_client=remembered, **settings)
    except BaseException as error:
        # A constructor that fails leaves its thread and its sockets: nobody but us can close them (3.0.12).
        for client in begun:
            client.close()
        if is_transient(error):
            raise BrokerUnavailable(type(error).__name__) from None
        raise


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed later, with nothing changed on our side."""
    return isinstance(error, RetriableError) or (isinstance(error, KafkaError) and bool(error.retriable))
