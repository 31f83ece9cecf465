"""The prepared system that each test of a referral's path begins with."""

from pathlib import Path

import pytest

from tests.kill.prepared import Prepared, prepared


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    with prepared(tmp_path_factory.mktemp("prepared")) as (made, _world):
        return made


@pytest.fixture
def system(made: Prepared, tmp_path: Path) -> Prepared:
    """An empty, staffed system of this test's own."""
    return made.copied_to(tmp_path)
