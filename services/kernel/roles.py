"""The roles of one service as a process: python -m services.<name> migrate | check | revision."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import click

from services.kernel.auth.identity import Identity, IdentityPort
from services.kernel.db import migrate
from services.kernel.service import Service
from services.kernel.settings import Settings

_Settings = TypeVar("_Settings", bound=Settings, contravariant=True)


class Build(Protocol[_Settings]):
    """A service's composition root."""

    def __call__(self, settings: _Settings, *, identities: IdentityPort) -> Service: ...


class _Nobody:
    """These roles serve no request, so nobody is ever signed in."""

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return None


def run_role(name: str, settings: type[_Settings], build: Build[_Settings]) -> None:
    """Run the role named on the command line."""

    def built(environ: Mapping[str, str]) -> Service:
        return build(settings.from_environment(environ), identities=_Nobody())

    @click.group(name=name, help=f"Roles of the {name} service.")
    def roles() -> None:
        pass

    @roles.command(name="migrate", help="Bring the database to the newest revision.")
    def migrate_role() -> None:
        migrate.upgrade(built(os.environ))

    @roles.command(name="check", help="Say whether the settings are right and the database is at the newest revision.")
    def check_role() -> None:
        if migrate.differences(built(os.environ)):
            raise click.ClickException("The database is not at the newest revision: run migrate.")

    @roles.command(name="revision", help="Write the revision from the newest one to the tables in the code.")
    @click.argument("message")
    def revision_role(message: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            scratch = {
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'scratch.sqlite'}",
                "SECRET_KEY": "scratch" * 6,  # pragma: allowlist secret
            }
            service = built(scratch)
            (service.migrations / "versions").mkdir(parents=True, exist_ok=True)
            migrate.upgrade(service)
            click.echo(f"Wrote {migrate.write_revision(service, message).name}")
            service.database.close()

    roles()
