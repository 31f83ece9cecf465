"""A start uses the kept model when this code can, and knows when it must train another."""

from pathlib import Path

import pytest

from models.features import reading
from services.embedded import champion
from services.embedded.folder import Folder
from services.scoring.champion.model_cache import MANIFEST
from tests.factories import small_model


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class TestTheKeptModel:
    def test_is_usable(self, folder: Folder) -> None:
        assert not champion.is_usable(folder)

        small_model.save(folder.models)

        assert champion.is_usable(folder)

    def test_that_read_not_known_as_another_number_is_not(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small_model.save(folder.models)
        [injury] = [feature for feature in reading.registry().features if feature.name == "injury"]
        monkeypatch.setitem(injury.__dict__, "unknown_as", 1.5)
        monkeypatch.delitem(reading.registry().__dict__, "digest")

        assert not champion.is_usable(folder)

    def test_that_is_damaged_is_not(self, folder: Folder) -> None:
        kept = small_model.save(folder.models)
        (kept.folder / MANIFEST).write_bytes(b"{}")

        assert not champion.is_usable(folder)
