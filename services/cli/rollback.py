"""`waymark rollback`: makes the previous champion estimate again."""

import os

import click

from services.cli.options import answer, folder_option, json_option
from services.embedded import champion, locks
from services.embedded.folder import Folder


@click.command("rollback")
@folder_option
@json_option
def command(folder: Folder, as_json: bool) -> None:
    """Make the previous champion the champion again. Run it twice to undo it."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from models.registry import ModelRegistry, NoPrevious  # MLflow takes seconds to import

    with locks.changing_models(folder):
        registry = ModelRegistry(folder.tracking_uri, artefacts=folder.artefacts)
        before = registry.champion()
        try:
            now = registry.roll_back()
        except NoPrevious:
            raise click.ClickException("There is no previous champion to go back to.") from None
        try:
            champion.take(folder)
        except Exception:
            registry.roll_back()  # a model that is rejected does not stay champion
            raise
    answer({"from": before, "to": now}, f"Rolled back from model version {before} to {now}.", as_json=as_json)
