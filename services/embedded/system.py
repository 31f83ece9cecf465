"""Every service of Waymark, built for one process and joined by the embedded log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.embedded.folder import Folder
from services.embedded.paths import ByFirstSegment
from services.kernel.bus.consumer import Consumer
from services.kernel.bus.embedded import EmbeddedLog
from services.kernel.bus.relay import Relay
from services.kernel.bus.worker import Worker
from services.kernel.clock import Clock, system_clock
from services.kernel.db import migrate
from services.kernel.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, kw_only=True)
class System:
    services: Mapping[str, Service]
    log: EmbeddedLog
    app: "WSGIApplication"
    _workers: list[Worker] = field(default_factory=list)

    def migrate(self) -> None:
        for service in self.services.values():
            migrate.upgrade(service)

    def start(self) -> None:
        """Start one worker per service. Call once."""
        self._workers.extend(Worker(service, self.log) for service in self.services.values())
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Let every worker end what it is at."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def settle(self) -> None:
        """Without workers: move every event on until none is left to move."""
        relays = [Relay(service, self.log) for service in self.services.values()]
        consumers = [Consumer(service, self.log) for service in self.services.values()]
        while sum(step.run_once() for step in (*relays, *consumers)):
            pass
        for relay in relays:
            relay.stop()

    def close(self) -> None:
        self.log.close()
        for service in self.services.values():
            service.database.close()
