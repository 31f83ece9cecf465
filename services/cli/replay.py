"""`waymark replay estimate`: computes a stored estimate again, and compares every bit."""

from uuid import UUID

import click

from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.embedded import champion
from services.embedded.folder import Folder
from services.scoring.replay import replay_estimate


@click.group("replay")
def command() -> None:
    """Re-run an estimate and compare."""


@command.command("estimate")
@click.argument("estimate_id", type=click.UUID)
@folder_option
@json_option
def estimate_command(estimate_id: UUID, folder: Folder, as_json: bool) -> None:
    """Compute the estimate with this id from its stored snapshot. Exit code 1 if anything differs."""
    with opened(folder) as system:
        replayed = replay_estimate(system.services["scoring"], champion.known(folder), estimate_id)
    data = {**vars(replayed), "estimate_id": str(estimate_id), "same": replayed.same}
    said = "the same to the last bit" if replayed.same else f"DIFFERS in {', '.join(replayed.differing)}"
    code = "" if replayed.same_code else " (by other code than estimated it)"
    answer(data, f"Model {replayed.model_version}{code}: {said}.", as_json=as_json)
    if not replayed.same:
        raise SystemExit(1)
