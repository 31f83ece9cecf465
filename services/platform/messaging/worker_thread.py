"""Repeats one step of a worker in its own thread. The other threads restart a thread that has ended."""

import contextlib
import threading
import time
from collections.abc import Callable

import structlog

from services.platform.messaging.log import BrokerUnavailable
from services.platform.operations import logs

_MIN_BACKOFF_SECONDS = 0.1
_MAX_BACKOFF_SECONDS = 10.0
_BROKER_BACKOFF_SECONDS = 1.0
_SUCCEEDS_WITHIN_SECONDS = 60.0


class WorkerThread:
    def __init__(
        self,
        service: str,
        name: str,
        step: Callable[[], object],
        stopping: threading.Event,
        look_after_others: Callable[[], None],
    ) -> None:
        self.name = name
        self.restarts = 0
        """Number of restarts."""
        self._service = service
        self._step = step
        self._stopping = stopping
        self._look_after_others = look_after_others
        self._lock = threading.Lock()
        self._failing_since: float | None = None
        self._backoff = 0.0
        self._restarts_at = 0.0
        self._thread: threading.Thread | None = None

    @property
    def works(self) -> bool:
        """Returns whether the thread is alive and its step has not failed for a whole minute."""
        since = self._failing_since
        return self._lives() and (since is None or time.monotonic() - since < _SUCCEEDS_WITHIN_SECONDS)

    def start(self) -> None:
        with self._lock:
            self._begin()

    def join(self) -> None:
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def restart_if_ended(self) -> None:
        """Restarts the thread unless it is alive, was never started, is stopping, or has only just ended."""
        with self._lock:
            ended = self._thread is not None and not self._lives() and time.monotonic() >= self._restarts_at
            if ended and not self._stopping.is_set():
                self.restarts += 1
                self._begin()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._run, name=f"{self._service}-{self.name}", daemon=True)
        thread.start()
        self._thread = thread

    def _lives(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._loop()
        except BaseException as error:
            # Ends here: Python's own traceback could contain personal data.
            self._restarts_at = time.monotonic() + self._back_off(_MAX_BACKOFF_SECONDS)
            with contextlib.suppress(BaseException):
                logs.failure(error, "thread_ended")

    def _loop(self) -> None:
        structlog.contextvars.bind_contextvars(service=self._service, step=self.name)
        while not self._stopping.wait(self._backoff):
            try:
                self._look_after_others()
                self._step()
            except Exception as error:
                # The work is still in the outbox or uncommitted in the log, so it is repeated.
                self._back_off(
                    _BROKER_BACKOFF_SECONDS if isinstance(error, BrokerUnavailable) else _MAX_BACKOFF_SECONDS
                )
                logs.failure(error, "step_failed")
                logs.handled()
            else:
                self._backoff, self._failing_since = 0.0, None

    def _back_off(self, maximum: float) -> float:
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        self._backoff = min(max(_MIN_BACKOFF_SECONDS, self._backoff * 2), maximum)
        return self._backoff
