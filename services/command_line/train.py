"""`waymark train`: a new model, with its baselines, tracked and registered in MLflow."""

from typing import Any

import click

from services.command_line import progress
from services.command_line.options import answer, folder_option, json_option
from services.embedded.folder import Folder


@click.command("train")
@folder_option
@json_option
def command(folder: Folder, as_json: bool) -> None:
    """Train on the invented population, register the model, and make it the champion if it earns it."""
    result = train(folder)
    data = {"version": result.version}
    answer(data, f"Model version {result.version} is trained and registered.", as_json=as_json)


def train(folder: Folder) -> Any:
    """Train into this folder's registry, with progress shown."""
    from models.training import run  # MLflow and scikit-learn take seconds to import

    folder.registry.mkdir(parents=True, exist_ok=True)
    with progress.shown() as report:
        return run.train(tracking_uri=folder.tracking_uri, artefact_root=folder.registry / "artefacts", progress=report)
