"""MLflow keeps what training made as plain files under names; what comes back is what was registered."""

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from mlflow import MlflowClient

from models import registry
from models.inference import model as inference
from models.registry import BOOSTER, EVALUATION, MANIFEST, MODEL_NAME, ModelRegistry, NoPrevious
from models.training.pipeline import Trained
from tests.factories.champion import trained


def another() -> Trained:
    """The same model under another seal."""
    return replace(trained(), manifest=replace(trained().manifest, code_commit="another"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelRegistry, MlflowClient, Path]:
    """One new store for the module: MLflow takes seconds to make it."""
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder / 'new' / 'mlflow.db'}"
    return ModelRegistry(uri, artefacts=folder / "artefacts"), MlflowClient(uri, registry_uri=uri), folder


class TestTheModelRegistry:
    """In the order of a model's life."""

    def test_names_champion_and_previous_as_models_come_and_go(
        self, store: tuple[ModelRegistry, MlflowClient, Path]
    ) -> None:
        models, client, folder = store
        assert models.champion() is None
        with pytest.raises(NoPrevious):
            models.roll_back()

        first = models.register(trained())
        assert first.is_champion
        assert first.digest == trained().manifest.seal
        with pytest.raises(NoPrevious):
            models.roll_back()

        second = models.register(another())
        assert not second.is_champion
        assert models.champion() == first.version

        models.promote(second.version)
        assert models.champion() == second.version
        assert models.roll_back() == first.version
        assert models.champion() == first.version
        assert models.roll_back() == second.version

        third = models.register(trained(), promote=True)
        assert third.is_champion
        assert str(client.get_model_version_by_alias(MODEL_NAME, "previous").version) == second.version
        assert not models.register(trained(), promote=False).is_champion

        self.the_files_are_plain_and_whole(client, folder)
        self.the_run_says_how_it_was_made(client)

    def the_files_are_plain_and_whole(self, client: MlflowClient, folder: Path) -> None:
        version = client.get_model_version_by_alias(MODEL_NAME, "champion")
        source = Path(unquote(urlsplit(version.source).path))

        assert {path.name for path in source.iterdir()} == {MANIFEST, BOOSTER, EVALUATION}
        model = inference.load(
            (source / MANIFEST).read_bytes(), (source / BOOSTER).read_bytes(), expected_digest=version.tags["digest"]
        )
        assert model.manifest == inference.load(trained().manifest.to_bytes(), trained().booster).manifest
        # Nothing that MLflow, or Python, would run when it is opened.
        kept = [path for path in folder.rglob("*") if path.is_file()]
        assert not [
            path for path in kept if path.name == "MLmodel" or path.suffix in (".pkl", ".pickle", ".joblib", ".skops")
        ]

    def the_run_says_how_it_was_made(self, client: MlflowClient) -> None:
        version = client.get_model_version_by_alias(MODEL_NAME, "champion")
        run = client.get_run(version.run_id)

        assert run.info.status == "FINISHED"
        assert run.data.params["data_digest"] == trained().manifest.data_digest
        assert run.data.metrics["champion.auc"] == trained().report.models["champion"].auc
        assert "logistic_regression.auc" in run.data.metrics
        assert version.description.startswith(trained().report.verdict)
        assert "Seen in fewer than" in version.description
        assert "firearm_or_corrosive yes" in version.description
        assert version.tags["training"] == "synthetic"


class TestTelemetry:
    def test_is_off_once_the_registry_is_imported(self) -> None:
        assert registry.MODEL_NAME
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
