"""`waymark train`: one training run, from an experiment to a registered version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.training import experiment as experiments
from models.training import pipeline
from models.training.experiment import Experiment
from models.training.pipeline import Progress

if TYPE_CHECKING:
    from models.registry import Registered

REGISTERING = "Registering in MLflow"


def train(
    *,
    tracking_uri: str,
    artefact_root: Path | None = None,
    experiment: Experiment | None = None,
    promote: bool | None = None,
    progress: Progress = lambda *_: None,
    before_registering: Callable[[], object] = lambda: None,
) -> Registered:
    """Train the experiment (the default one if none is given) and register what comes of it.

    `artefact_root` is where a local store puts files; a tracking server knows its own. The first
    version becomes champion; a later one only when `promote` is true. Raises DataRefused,
    UnknownOutOfOrder, NotCalibratable or BandsRefused.
    """
    trained = pipeline.fit(experiment or experiments.default(), progress=progress)
    progress(REGISTERING, 0, 1)
    before_registering()
    from models.registry import ModelRegistry  # MLflow takes seconds to import, and training needs none of it

    registered = ModelRegistry(tracking_uri, artefacts=artefact_root).register(trained, promote=promote)
    progress(REGISTERING, 1, 1)
    return registered
