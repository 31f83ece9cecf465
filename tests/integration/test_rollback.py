"""`waymark rollback` swaps champion and previous, in the registry and for what estimates."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from models.registry import ModelRegistry
from models.training.pipeline import Trained
from services.cli.main import waymark
from services.embedded import champion
from services.embedded.folder import Folder
from services.scoring.champion.model_cache import ModelCache
from tests.factories.champion import trained


def another(**changes: str) -> Trained:
    """The same model under another seal."""
    return replace(trained(), manifest=replace(trained().manifest, code_commit="another", **changes))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="module")
def models(folder: Folder) -> ModelRegistry:
    return ModelRegistry(folder.tracking_uri, artefacts=folder.artefacts)


def rolled_back(folder: Folder, *arguments: str) -> Result:
    return CliRunner().invoke(waymark, ["rollback", *arguments, "--folder", str(folder.root)])


class TestRollback:
    """In the order of a registry's life: MLflow takes seconds to make one."""

    def test_goes_from_the_champion_to_the_one_before_and_back(self, folder: Folder, models: ModelRegistry) -> None:
        first = models.register(trained())
        champion.take(folder)
        refused = rolled_back(folder)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "There is no previous champion to go back to." in refused.stderr

        second = models.register(another(), promote=True)
        champion.take(folder)
        said = rolled_back(folder)
        assert said.stdout == f"Rolled back from model version {second.version} to {first.version}.\n"
        assert models.champion() == first.version
        assert in_use(folder).startswith(f"{first.version}-")

        again = rolled_back(folder, "--json")
        assert json.loads(again.stdout) == {"from": first.version, "to": second.version}
        assert in_use(folder).startswith(f"{second.version}-")

        self.a_previous_that_cannot_be_used_stays_previous(folder, models, second.version)

    def a_previous_that_cannot_be_used_stays_previous(
        self, folder: Folder, models: ModelRegistry, champion_now: str
    ) -> None:
        models.promote(models.register(another(feature_digest="0" * 64)).version)
        models.promote(champion_now)

        assert rolled_back(folder).exit_code == 1

        assert models.champion() == champion_now
        assert in_use(folder).startswith(f"{champion_now}-")


def in_use(folder: Folder) -> str:
    kept = ModelCache(folder.models).current()
    assert kept is not None
    return kept.version
