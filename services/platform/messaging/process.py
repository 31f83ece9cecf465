"""The worker role: a service's relay, consumer, sealer and housekeeping as one process, until a signal stops it."""

import signal
import threading
from collections.abc import Callable, Mapping

from services.platform.messaging.log import Log
from services.platform.messaging.worker import Worker
from services.platform.operations import port as health_port
from services.platform.service import Service

ENDED, CONSUMER_STOPPED = 0, 1
_CHECK_SECONDS = 1.0


def run(service: Service, log: Log, checks: Mapping[str, Callable[[], bool]], *, host: str, port: int) -> int:
    """Works until SIGTERM or Ctrl-C, finishes what has begun and returns the exit status.

    CONSUMER_STOPPED: the consumer reached its limit of dead letters; the record that it read last stays in the log.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    worker = Worker(service, log)
    with health_port.opened(service, checks, host=host, port=port):
        worker.start()
        while not stopping.wait(_CHECK_SECONDS):
            worker.look_after()
        worker.stop()
    log.close()
    service.database.close()
    return CONSUMER_STOPPED if worker.consumer_stopped else ENDED
