"""Logs a training run in MLflow, registers its artefacts as plain files, and names the champion.

MLflow keeps files and facts about them here; it never loads a model. So no MLmodel file is
written: nobody can open a version with `mlflow.pyfunc`, which runs code that the artefact brings.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from models.training.pipeline import Trained
from models.training.seen import few_in_words

MODEL_NAME = "waymark-harm"
CHAMPION = "champion"
PREVIOUS = "previous"
FOLDER = "model"
MANIFEST, BOOSTER, EVALUATION = "manifest.json", "booster.txt", "evaluation.json"

# Set before MLflow is imported: it reports its use to its makers otherwise.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from mlflow import MlflowClient  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402


class NoPrevious(LookupError):
    """There is no champion before this one to go back to."""


@dataclass(frozen=True)
class Registered:
    version: str
    digest: str
    run_id: str
    is_champion: bool


class ModelRegistry:
    """The registry behind one tracking address. A new SQLite store takes MLflow some seconds."""

    def __init__(self, tracking_uri: str, *, artefacts: Path | None = None) -> None:
        """`artefacts` is the folder for a local store; a tracking server knows its own."""
        _make_folder(tracking_uri)
        # A new store tells of every table it makes; a person at a terminal has a progress bar.
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
        self._client = MlflowClient(tracking_uri, registry_uri=tracking_uri)
        self._artefacts = artefacts

    def register(self, trained: Trained, *, promote: bool | None = None) -> Registered:
        """Log the run and register its artefacts as a new version.

        The first version becomes champion. A later one does so only when `promote` is true;
        `promote=False` never does.
        """
        run_id = self._log(trained)
        digest = trained.manifest.seal
        self._ensure_model()
        source = f"{self._client.get_run(run_id).info.artifact_uri}/{FOLDER}"
        created = self._client.create_model_version(
            MODEL_NAME,
            source,
            run_id,
            tags={"digest": digest, "training": trained.manifest.training},
            description=f"{trained.report.verdict} {few_in_words(trained.manifest)}".strip(),
        )
        version = str(created.version)
        first = self.champion() is None
        if promote or (promote is None and first):
            self.promote(version)
        return Registered(version, digest, run_id, self.champion() == version)

    def promote(self, version: str) -> None:
        """Make this version the champion, and today's champion the previous one."""
        today = self.champion()
        if today is not None and today != version:
            self._client.set_registered_model_alias(MODEL_NAME, PREVIOUS, today)
        self._client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)

    def roll_back(self) -> str:
        """Swap champion and previous; the version that is champion now. Raises NoPrevious."""
        previous = self._alias(PREVIOUS)
        if previous is None:
            raise NoPrevious(MODEL_NAME)
        self.promote(previous)
        return previous

    def champion(self) -> str | None:
        return self._alias(CHAMPION)

    def _alias(self, alias: str) -> str | None:
        try:
            return str(self._client.get_model_version_by_alias(MODEL_NAME, alias).version)
        except MlflowException:
            return None

    def _log(self, trained: Trained) -> str:
        run = self._client.create_run(self._experiment(trained.experiment.name))
        run_id = str(run.info.run_id)
        manifest = trained.manifest
        for key in (
            "seed",
            "data_digest",
            "experiment_digest",
            "lock_sha256",
            "code_commit",
            "training",
            "minimum_seen",
        ):
            self._client.log_param(run_id, key, getattr(manifest, key))
        for key in ("num_leaves", "rounds", "learning_rate", "min_child_samples"):
            self._client.log_param(run_id, key, manifest.parameters[key])
        for name, scores in trained.report.models.items():
            for metric in ("auc", "pr_auc", "brier", "calibration_slope", "calibration_intercept"):
                self._client.log_metric(run_id, f"{name.replace(' ', '_')}.{metric}", getattr(scores, metric))
        with tempfile.TemporaryDirectory() as folder:
            for name, content in _files(trained).items():
                path = Path(folder) / name
                path.write_bytes(content)
                self._client.log_artifact(run_id, str(path), FOLDER)
        self._client.set_terminated(run_id)
        return run_id

    def _experiment(self, name: str) -> str:
        known = self._client.get_experiment_by_name(name)
        if known is not None:
            return str(known.experiment_id)
        location = self._artefacts.resolve().as_uri() if self._artefacts else None
        return str(self._client.create_experiment(name, artifact_location=location))

    def _ensure_model(self) -> None:
        try:
            self._client.get_registered_model(MODEL_NAME)
        except MlflowException:
            self._client.create_registered_model(MODEL_NAME)


def _files(trained: Trained) -> dict[str, bytes]:
    evaluation = {**trained.report.to_json(), "tried": [asdict(choice) for choice in trained.tried]}
    return {
        MANIFEST: trained.manifest.to_bytes(),
        BOOSTER: trained.booster,
        EVALUATION: json.dumps(evaluation, indent=1).encode(),
    }


def _make_folder(tracking_uri: str) -> None:
    if tracking_uri.startswith("sqlite:///"):
        Path(urlsplit(tracking_uri).path[1:]).parent.mkdir(parents=True, exist_ok=True)
