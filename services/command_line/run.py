"""`waymark run`: the whole system on this machine, with invented data."""

import time

import click

from services.command_line import progress
from services.command_line.options import folder_option
from services.command_line.train import train
from services.embedded import server
from services.embedded import system as embedded
from services.embedded.demonstration import load
from services.embedded.folder import Folder


@click.command("run")
@click.option("--port", type=click.IntRange(1, 65535), default=server.PORT, show_default=True)
@folder_option
def command(port: int, folder: Folder) -> None:
    """Make what is missing (databases, a first model, demonstration referrals), then serve until Ctrl-C."""
    prepare(folder)
    system = embedded.build(folder)
    server.serve(system, port=port, ready=lambda: _say_where(port, folder))


def prepare(folder: Folder) -> None:
    """Everything that a first start needs and a second one finds."""
    if not folder.has_model:
        train(folder)
    if not load.is_loaded(folder):
        with progress.shown() as report:
            load.load(folder, report=report)
