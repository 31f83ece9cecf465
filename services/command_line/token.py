"""`waymark token`: a bearer token of a demonstration user, for local use."""

import click

from services.command_line.opened import opened
from services.command_line.options import folder_option, json_option
from services.contracts.codes import Role
from services.embedded import staff
from services.embedded.folder import Folder


@click.command("token")
@click.option(
    "--role",
    type=click.Choice([role.value.replace("_", "-") for role in Role] + [role.value for role in Role]),
    help="The demonstration user of this role.",
)
@click.option("--user", metavar="NAME", help="Any demonstration user, by sign-in name.")
@folder_option
@json_option
def command(role: str | None, user: str | None, folder: Folder, as_json: bool) -> None:
    """Print a token, alone on its line. It is good for eight hours."""
    if (role is None) == (user is None):
        raise click.UsageError("Name either a --role or a --user.")
    name = user or str(role).replace("_", "-")
    with opened(folder) as system:
        token = staff.token(system, name)
    click.echo(f'{{"token": "{token}"}}' if as_json else token)
