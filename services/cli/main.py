"""The `waymark` command: imports a subcommand when it is called, so that each starts fast."""

import sys
from importlib import import_module

import click

from services.embedded.privacy import restrict_new_files
from services.platform.errors import ApplicationError

_COMMANDS = {
    "audit": "Inspect and verify the audit log.",
    "rebuild": "Rebuild projections from events.",
    "redrive": "Handle every dead letter of SERVICE again.",
    "replay": "Re-run an estimate and compare.",
    "rollback": "Make the previous champion the champion again.",
    "run": "Set up what is missing, then serve until Ctrl-C.",
    "score": "Estimate referrals that had no model, with the current champion.",
    "token": "Print a token, alone on its line.",
    "topics": "Kafka's topics.",
    "train": "Train on the invented population, and register the model.",
}
"""The module of the same name in this folder has the command.

Each value is the first sentence of its help, for the list.
"""


class LazyGroup(click.Group):
    """A group that knows the names of its commands, and imports one on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"services.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
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
    """Exit codes: 0 done, 1 refused or a fault found, 2 usage error, 130 interrupted."""
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
