"""`waymark train`: one training run, from an experiment to a registered version."""

from __future__ import annotations

from pathlib import Path

from models.registry import ModelRegistry, Registered
from models.training import experiment as experiments
from models.training import pipeline
from models.training.experiment import Experiment
from models.training.pipeline import Progress

REGISTERING = "Registering in MLflow"


def train(
    *,
    tracking_uri: str,
    artefact_root: Path | None = None,
    experiment: Experiment | None = None,
    promote: bool | None = None,
    progress: Progress = lambda *_: None,
) -> Registered:
    """Train the experiment (the default one if none is given) and register what comes of it.

    `artefact_root` is where a local store puts files; a tracking server knows its own. The first
    version becomes champion; a later one only when `promote` is true. Raises DataRefused,
    NotCalibratable or BandsRefused.
    """
    trained = pipeline.fit(experiment or experiments.default(), progress=progress)
    progress(REGISTERING, 0, 1)
    registered = ModelRegistry(tracking_uri, artefacts=artefact_root).register(trained, promote=promote)
    progress(REGISTERING, 1, 1)
    return registered
