"""`waymark token`: a bearer token of a demonstration user, for local use."""

from datetime import timedelta

import click

from services.accounts.scopes import Scope
from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.contracts.codes import Role
from services.embedded import staff
from services.embedded.folder import Folder


@click.command("token")
@click.option(
    "--role",
    type=click.Choice([role.value.replace("_", "-") for role in Role] + [role.value for role in Role]),
    help="The demonstration user with this role.",
)
@click.option("--user", metavar="NAME", help="Any demonstration user, by sign-in name.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="A scope of the token; repeatable. Default: read where the user's roles read.",
)
@click.option(
    "--hours", type=click.IntRange(1, 24 * 90), default=8, show_default=True, help="How long the token is valid."
)
@folder_option
@json_option
def command(
    role: str | None, user: str | None, scopes: tuple[str, ...], hours: int, folder: Folder, as_json: bool
) -> None:
    """Print a token, alone on its line. Its scopes limit what it may do, and its user's rights do too."""
    if (role is None) == (user is None):
        raise click.UsageError("Name either a --role or a --user.")
    name = user or str(role).replace("_", "-")
    with opened(folder) as system:
        given = frozenset(map(Scope, scopes)) or staff.narrow_scopes(system, name)
        token = staff.token(system, name, scopes=given, lifetime=timedelta(hours=hours))
    answer({"token": token, "scopes": sorted(given), "hours": hours}, token, as_json=as_json)
