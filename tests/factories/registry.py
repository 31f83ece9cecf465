"""A real MLflow registry in a folder, with small models in it."""

from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient

from services.scoring.champion.model_store import CHAMPION, REGISTERED_MODEL
from tests.factories import small_model


@dataclass(frozen=True)
class Registry:
    folder: Path
    client: MlflowClient

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def register(self, *, seed: int, digest: str | None = None) -> Path:
        """Register a model and make it the champion. Gives the folder of its files."""
        source = self.folder / f"model-{seed}-{digest or 'right'}"
        right = small_model.write(source, seed=seed)
        version = self.client.create_model_version(
            REGISTERED_MODEL, str(source), tags={"digest": digest or right}
        ).version
        self.client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, version)
        return source


def made(folder: Path) -> Registry:
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    client.create_registered_model(REGISTERED_MODEL)
    return Registry(folder, client)
