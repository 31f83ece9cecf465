"""The `waymark` command: its subcommands are imported when they are called, so that each starts at once."""

import sys
from importlib import import_module

import click

from services.embedded.privacy import restrict_new_files
from services.platform.errors import ApplicationError

_COMMANDS = {
    "audit": "The record of who did and read what.",
    "rebuild": "Make again what is made from what other services tell.",
    "redrive": "Handle every dead letter of SERVICE again.",
    "replay": "Do again what was done, to see that it comes out the same.",
    "rollback": "Make the previous champion the champion again.",
    "run": "Make what is missing, then serve until Ctrl-C.",
    "score": "Estimate referrals that had no model.",
    "token": "Print a token, alone on its line.",
    "topics": "Kafka's topics.",
    "train": "Train on the invented population.",
}
"""The module of the same name in this folder has the command; what it does is said here too, for the list of them:
its first sentence."""


class LazyGroup(click.Group):
    """A group that knows the names of its commands, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"services.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, none of which is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ApplicationError as refusal:
            raise click.ClickException(str(refusal)) from refusal


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def waymark() -> None:
    """Waymark: referrals of young people at risk of serious violence, read and decided by people."""


def main() -> None:
    """Exit codes: 0 done, 1 refused or a fault found, 2 wrongly called, 130 interrupted."""
    restrict_new_files()
    try:
        waymark(prog_name="waymark", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
