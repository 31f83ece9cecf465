"""The roles of one service as a process: python -m services.<name> web | worker | migrate | check | verify | revision."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import click
from flask import Flask

from services.platform.audit.verify import verify
from services.platform.auth.identity import Identity
from services.platform.auth.introspection import IntrospectedIdentities, IntrospectionSettings
from services.platform.db import grants
from services.platform.messaging import process
from services.platform.operations import logs, tracing
from services.platform.service import Service
from services.platform.settings import Process, Settings, environment, host_and_port


class Build(Protocol):
    """A service's composition root. Only accounts resolves identities itself, when it is called without a port."""

    def __call__(self, settings: Any, *, identities: Any) -> Service: ...


class _Nobody:
    """Identity port of the roles that serve no requests."""

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return None


def run_role(name: str, settings: type[Settings], build: Build, *, asks_accounts: bool = True) -> None:
    """Runs the role named on the command line. Every service except accounts asks accounts for identities."""
    roles = Roles(name=name, settings=settings, build=build, asks_accounts=asks_accounts)
    group = click.Group(name, help=f"Roles of the {name} service.")
    for command in (roles.web, roles.worker, roles.migrate, roles.check, roles.verify, roles.revision):
        group.add_command(_command(command))
    group()


def _command(role: Callable[..., None]) -> click.Command:
    arguments = [click.Argument(["message"])] if role.__name__ == "revision" else []
    return click.Command(role.__name__, callback=role, params=[*arguments], help=role.__doc__)


@dataclass(frozen=True, kw_only=True)
class Roles:
    name: str
    settings: type[Settings]
    build: Build
    asks_accounts: bool

    def web(self) -> None:
        """Serve pages and API, behind a proxy that buffers requests."""
        from services.platform.web import server  # only this role needs gunicorn

        environ = environment(os.environ)
        settings = replace(self.settings.from_environment(environ), process=Process.WEB)
        asked = IntrospectionSettings.from_environment(environ, service=self.name) if self.asks_accounts else None
        logs.configure(service=self.name)

        def app() -> Flask:
            tracing.configure(self.name, environ)
            return self.build(settings, identities=IntrospectedIdentities(asked) if asked else None).app

        server.serve(self.name, app, server.WebSettings.from_environment(environ))

    def worker(self) -> None:
        """Publish events, handle events of other services, seal the audit chain."""
        from services.platform.messaging.kafka.log import KafkaLog  # only a worker has a Kafka client
        from services.platform.messaging.kafka.settings import KafkaSettings

        environ = environment(os.environ)
        log = KafkaLog(KafkaSettings.from_environment(environ))
        service = self._built(Process.WORKER)
        host, port = host_and_port(environ)
        logs.configure(service=self.name)
        tracing.configure(self.name, environ)
        service.dispatcher.metrics.register_gauge(
            "waymark_consumer_lag",
            "Events of this topic that wait to be handled here.",
            ("topic",),
            lambda: {(topic,): float(waiting) for topic, waiting in log.lag().items()},
        )
        sys.exit(process.run(service, log, log.checks(), host=host, port=port))

    def migrate(self) -> None:
        """Migrate the database to the newest revision and grant the application role its privileges."""
        from services.platform.db import migrate  # a tenth of the start-up time

        service = self._built(Process.MIGRATE)
        migrate.upgrade(service)
        role = environment(os.environ).get("APPLICATION_ROLE")
        if role and migrate.schema_state(service) is migrate.SchemaState.CURRENT:
            grants.give(service, role)

    def check(self) -> None:
        """Check the settings and that the database schema matches this code."""
        from services.platform.db import migrate

        if not migrate.is_ready(self._built(Process.MIGRATE)):
            raise click.ClickException("The database is not at the newest revision: run migrate.")

    def verify(self) -> None:
        """Verify the audit chain and print the result as JSON, which is an anchor when stored elsewhere.

        Exit 1 for a fault.
        """
        verdict = verify(self._built(Process.MIGRATE))
        click.echo(json.dumps({**vars(verdict), "sound": verdict.sound}))
        if not verdict.sound:
            sys.exit(1)

    def revision(self, message: str) -> None:
        """Generate the revision from the newest one to the tables in the code."""
        from services.platform.db import migrate

        with tempfile.TemporaryDirectory() as folder:
            scratch = {
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'scratch.sqlite'}",
                "SECRET_KEY": "scratch" * 6,  # pragma: allowlist secret
            }
            service = self.build(self.settings.from_environment(scratch), identities=_Nobody())
            migrate.upgrade(service)
            migrate.write_revision(service, message)
            service.database.close()

    def _built(self, kind: Process) -> Service:
        settings = self.settings.from_environment(environment(os.environ))
        return self.build(replace(settings, process=kind), identities=_Nobody())
