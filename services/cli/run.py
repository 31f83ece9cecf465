"""`waymark run`: the whole system on this machine, with invented data."""

from contextlib import closing

import click

from services.accounts.demonstration import accounts
from services.cli import first_start, progress
from services.cli.options import folder_option
from services.cli.train import train
from services.demo import load
from services.embedded import champion, locks, server, staff
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.platform.operations import logs
from services.platform.operations.log_stream import LogFile

_MEGABYTE = 1024 * 1024


@click.command("run")
@click.option("--port", type=click.IntRange(1, 65535), default=server.PORT, show_default=True)
@click.option(
    "--log-megabytes",
    type=click.IntRange(1, 10_000),
    default=10,
    show_default=True,
    envvar="WAYMARK_LOG_MEGABYTES",
    help="Maximum size of the log file in the folder; a new file starts after that.",
)
@click.option(
    "--log-files",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    envvar="WAYMARK_LOG_FILES",
    help="Number of earlier log files to store.",
)
@folder_option
def command(port: int, log_megabytes: int, log_files: int, folder: Folder) -> None:
    """Set up what is missing, then serve until Ctrl-C. Creates databases, a first model and demonstration referrals."""
    with (
        locks.running(folder),
        closing(LogFile(folder.log_lines, max_bytes=log_megabytes * _MEGABYTE, files=log_files)) as lines,
    ):
        logs.configure(stream=lines)
        with locks.preparing(folder):
            prepare(folder)
            system = embedded.build(folder, registry_url=folder.tracking_uri)
            system.migrate()
        server.serve(system, port=port, ready=lambda: click.echo(_welcome(port, folder)))


def prepare(folder: Folder) -> None:
    """Prepares everything that a first start needs; a second start reuses it."""
    if not champion.is_usable(folder):
        with first_start.beside(folder) as ready:
            # Also replaces a champion of an earlier version of Waymark, which has other features.
            train(folder, promote=True, before_registering=ready)
    if not load.is_loaded(folder):
        with progress.shown() as report:
            load.load(folder, report=report)


def _welcome(port: int, folder: Folder) -> str:
    lines = [f"Waymark is at http://{server.HOST}:{port}. Stop it with Ctrl-C.", ""]
    lines += [f"  {account.sign_in_name:<32}{account.display_name}" for account in accounts()]
    return "\n".join(
        [*lines, "", f"Everybody's password is {staff.password(folder)}. All people and data are invented."]
    )
