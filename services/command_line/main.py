"""The `waymark` command: its subcommands are imported when they are called, so that each starts at once."""

import sys
from importlib import import_module

import click

from services.kernel.errors import RuleBroken

_MODULES = {
    "audit": "services.command_line.audit",
    "rebuild": "services.command_line.rebuild",
    "redrive": "services.command_line.redrive",
    "replay": "services.command_line.replay",
    "rollback": "services.command_line.rollback",
    "run": "services.command_line.run",
    "score": "services.command_line.score",
    "token": "services.command_line.token",
    "topics": "services.command_line.topics",
    "train": "services.command_line.train",
}


class LazyGroup(click.Group):
    """A group that knows the names of its commands, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_MODULES, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(_MODULES[cmd_name]).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RuleBroken as refusal:
            raise click.ClickException(str(refusal)) from refusal


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def waymark() -> None:
    """Waymark: referrals of young people at risk of serious violence, read and decided by people."""


def main() -> None:
    """Exit codes: 0 done, 1 refused or a fault found, 2 wrongly called, 130 interrupted."""
    try:
        waymark(prog_name="waymark", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
