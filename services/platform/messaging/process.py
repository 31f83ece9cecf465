"""The worker role: a service's relay, consumer, sealer and housekeeping as a process, until it is told to stop."""

import signal
import threading
from collections.abc import Callable, Mapping

from services.platform.messaging.log import Log
from services.platform.messaging.worker import Worker
from services.platform.operations import port as health_port
from services.platform.service import Service

ENDED, CONSUMER_STOPPED = 0, 1
_LOOKS_EVERY_SECONDS = 1.0


def run(service: Service, log: Log, checks: Mapping[str, Callable[[], bool]], *, host: str, port: int) -> int:
    """Work until SIGTERM or Ctrl-C, end what has begun, and give the exit status.

    CONSUMER_STOPPED when by then the consumer buries no more: what it was given last is still in the log.
    """
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    worker = Worker(service, log)
    with health_port.opened(service, checks, host=host, port=port):
        worker.start()
        while not told_to_stop.wait(_LOOKS_EVERY_SECONDS):
            worker.look_after()
        worker.stop()
    log.close()
    service.database.close()
    return CONSUMER_STOPPED if worker.consumer_stopped else ENDED
