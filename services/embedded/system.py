"""Every service of Waymark, built for one process and joined by the embedded log."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from services.accounts.identities import LocalIdentities
from services.embedded.folder import Folder
from services.embedded.paths import ByFirstSegment
from services.embedded.services import NAMES, Services
from services.platform.audit import sealer
from services.platform.audit.sources import LocalSource
from services.platform.clock import Clock, system_clock
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.relay import Relay
from services.platform.messaging.worker import Worker, reconcile
from services.platform.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, kw_only=True)
class System:
    services: Services
    identities: LocalIdentities
    log: EmbeddedLog
    _workers: list[Worker] = field(default_factory=list)

    @property
    def app(self) -> "WSGIApplication":
        """Accounts serves the front page, the assets, and the error page of unknown addresses."""
        apps = {name: service.app for name, service in self.services.items()}
        return ByFirstSegment(apps, otherwise=apps["accounts"])

    def migrate(self) -> None:
        from services.platform.db import migrate  # Alembic is slow to import, and few commands need it

        for service in self.services.values():
            migrate.upgrade(service)

    def start(self) -> None:
        """Starts one worker per service. Call once."""
        self._workers.extend(Worker(service, self.log) for service in self.services.values())
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Lets every worker finish its current step."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def do_not_wait_for_the_disk(self) -> None:
        """For a load that starts over when it is interrupted: commits return before they are durable."""
        for database in (self.log.database, *(service.database for service in self.services.values())):
            if database.is_sqlite:
                sa.event.listen(database.engine, "connect", _synchronous_off)
                database.engine.dispose()  # connections opened before are still synchronous

    def drain(self) -> None:
        """Without workers: relays and handles events until none are left."""
        relays = [Relay(service, self.log) for service in self.services.values()]
        consumers = [Consumer(service, self.log) for service in self.services.values()]
        while sum(relay.run_once() for relay in relays):
            for consumer in consumers:
                while consumer.run_once():
                    pass
        for relay in relays:
            relay.stop()

    def reconcile(self) -> None:
        """Without workers: reconciles until nothing lags behind."""
        self.drain()
        while sum(reconcile(service) for service in self.services.values()):
            self.drain()

    def seal(self) -> None:
        """Without workers: links every audit row into its chain."""
        for service in self.services.values():
            while sealer.seal(service):
                pass

    def close(self) -> None:
        self.log.close()
        for service in self.services.built.values():
            service.database.close()


def _synchronous_off(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


def build(
    folder: Folder,
    *,
    clock: Clock = system_clock,
    database_url: Callable[[str], str] | None = None,
    registry_url: str | None = None,
) -> System:
    """Does not connect. Its databases are in the folder unless `database_url` is given.

    Without a registry, scoring uses the cached model.
    """
    models = {"models_folder": folder.models, "registry_url": registry_url}

    def made(name: str, **more: Any) -> Service:
        settings = import_module(f"services.{name}.settings").Settings(
            database_url=(database_url or folder.database_url)(name),
            secret_key=folder.secret(name),
            demonstration=True,
            https=False,
            metrics_token=folder.metrics_token,
            **(models if name == "scoring" else {}),
        )
        service: Service = import_module(f"services.{name}.bootstrap").build(settings, clock=clock, **more)
        return service

    services = Services(
        lambda name: made(name, audits=audits) if name == "accounts" else made(name, identities=identities)
    )
    audits = {name: LocalSource(partial(services.__getitem__, name)) for name in NAMES if name != "accounts"}
    identities = LocalIdentities(services["accounts"].database, clock)
    return System(services=services, identities=identities, log=EmbeddedLog(folder.log, clock=clock))
