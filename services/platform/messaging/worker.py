"""The threads of one service's worker: relay, consumer, sealer, housekeeping, reconciler."""

import threading
from collections.abc import Callable
from functools import partial

import structlog

from services.platform.audit import sealer
from services.platform.db import housekeeping
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.log import Log
from services.platform.messaging.relay import Relay
from services.platform.messaging.worker_thread import WorkerThread
from services.platform.service import Service

_RELAY_SECONDS = 0.2
_POLL_SECONDS = 1.0
_SEAL_SECONDS = 2.0
_RECONCILE_SECONDS = 30.0
_HOUSEKEEPING_SECONDS = 3600.0

_log = structlog.get_logger()


class Worker:
    def __init__(self, service: Service, log: Log) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._relay = Relay(service, log)
        self._consumer = Consumer(service, log)
        self._threads = [
            self._thread("relay", self._relay_step),
            self._thread("sealer", self._sealer_step),
            self._thread("housekeeping", self._housekeeping_step),
            self._thread("reconciler", self._reconciler_step),
        ]
        if service.subscriptions:
            # Without subscriptions a poll would return immediately, and the thread would spin.
            self._threads.append(self._thread("consumer", lambda: self._consumer.run_once(wait=_POLL_SECONDS)))
        service.dispatcher.metrics.register_gauge(
            "waymark_thread_restarts",
            "Restarts of this worker thread after it ended.",
            ("thread",),
            lambda: {(thread.name,): float(thread.restarts) for thread in self._threads},
        )

    @property
    def consumer_stopped(self) -> bool:
        """Returns whether the limit of dead letters is reached: the last record waits in the log."""
        return self._consumer.stopped

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        checks = {f"{thread.name}_thread": partial(getattr, thread, "works") for thread in self._threads}
        self._service.running.update(checks)
        _log.info("worker_started", service=self._service.name, count=len(self._threads))

    def look_after(self) -> None:
        """Restarts each thread that has ended."""
        for thread in self._threads:
            thread.restart_if_ended()

    def stop(self) -> None:
        """Lets each thread finish its current step, and waits for it."""
        self._stopping.set()
        self._service.dispatcher.committed.set()
        for thread in self._threads:
            thread.join()
        self._service.running.clear()
        self._relay.stop()
        _log.info("worker_stopped", service=self._service.name)

    def _thread(self, name: str, step: Callable[[], object]) -> WorkerThread:
        return WorkerThread(self._service.name, name, step, self._stopping, self.look_after)

    def _relay_step(self) -> None:
        committed = self._service.dispatcher.committed
        committed.wait(_RELAY_SECONDS)
        committed.clear()
        while self._relay.run_once() and not self._stopping.is_set():
            pass

    def _sealer_step(self) -> None:
        sealer.seal(self._service)
        self._stopping.wait(_SEAL_SECONDS)

    def _housekeeping_step(self) -> None:
        housekeeping.purge(self._service)
        self._stopping.wait(_HOUSEKEEPING_SECONDS)

    def _reconciler_step(self) -> None:
        # Not immediately: what is missing at the start may be in the first poll.
        if self._stopping.wait(_RECONCILE_SECONDS):
            return
        while reconcile(self._service) and not self._stopping.is_set():
            pass


def reconcile(service: Service) -> int:
    """Runs each of the service's reconciling commands once. Returns the sum of their results."""
    return sum(service.dispatcher.handle(command, actor=None) for command in service.reconcile)
