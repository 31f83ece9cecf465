"""`waymark train`: trains a new model with its baselines, tracked and registered in MLflow."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli import progress
from services.cli.options import answer, folder_option, json_option
from services.embedded import champion, locks
from services.embedded.folder import Folder

if TYPE_CHECKING:
    from models.registry import Registered


@click.command("train")
@click.option("--promote", is_flag=True, help="Make it the champion; the first model always is.")
@click.option(
    "--registry", envvar="REGISTRY_URL", metavar="ADDRESS", help="Register it in this MLflow server, not in the folder."
)
@folder_option
@json_option
def command(promote: bool, registry: str | None, folder: Folder, as_json: bool) -> None:
    """Train on the invented population, and register the model."""
    if registry:
        registered = train_for(registry, promote=promote)
    else:
        with locks.changing_models(folder):
            registered = train(folder, promote=promote)
    data = {"version": registered.version, "digest": registered.digest, "is_champion": registered.is_champion}
    rank = "and is the champion" if registered.is_champion else "but is not the champion"
    answer(data, f"Model version {registered.version} is trained and registered, {rank}.", as_json=as_json)


def train(
    folder: Folder, *, promote: bool = False, before_registering: Callable[[], object] = lambda: None
) -> "Registered":
    """Trains into this folder's registry; scoring then uses the model if it is the champion."""
    folder.artefacts.mkdir(parents=True, exist_ok=True)
    registered = _train(folder.tracking_uri, folder.artefacts, promote=promote, before_registering=before_registering)
    if registered.is_champion:
        champion.take(folder)
    return registered


def train_for(registry: str, *, promote: bool = False) -> "Registered":
    """Trains into a tracking server, which knows where its files are; scoring downloads the champion from there."""
    return _train(registry, None, promote=promote)


def _train(
    tracking_uri: str,
    artefacts: Path | None,
    *,
    promote: bool,
    before_registering: Callable[[], object] = lambda: None,
) -> "Registered":
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from models.training import run  # scikit-learn takes seconds to import

    with progress.shown() as report:
        return run.train(
            tracking_uri=tracking_uri,
            artefact_root=artefacts,
            promote=promote or None,
            progress=report,
            before_registering=before_registering,
        )
