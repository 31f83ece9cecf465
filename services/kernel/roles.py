"""The roles of one service as a process: python -m services.<name> migrate | check."""

import os
from collections.abc import Callable, Mapping

import click

from services.kernel.db import migrate
from services.kernel.service import Service


def run_role(name: str, build: Callable[[Mapping[str, str]], Service]) -> None:
    """Run the role named on the command line. `build` makes the service from the environment."""

    @click.group(name=name, help=f"Roles of the {name} service.")
    def roles() -> None:
        pass

    @roles.command(name="migrate", help="Bring the database to the newest revision.")
    def migrate_role() -> None:
        migrate.upgrade(build(os.environ))

    @roles.command(name="check", help="Say whether the settings are right and the database is at the newest revision.")
    def check_role() -> None:
        if migrate.differences(build(os.environ)):
            raise click.ClickException("The database is not at the newest revision: run migrate.")

    roles()
