"""The scoring service on a database of either kind, with a small real model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.revisions import make_tables
from services.platform.auth.identity import Identity
from services.platform.service import Service
from services.scoring.bootstrap import build
from services.scoring.settings import Settings
from tests.factories import small_model
from tests.factories.scoring import day


class Nobody:
    """An identity port that knows nobody."""

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return None


@pytest.fixture
def settings(new_database: Callable[[str], str], tmp_path: Path) -> Settings:
    return Settings(
        database_url=new_database("scoring"),
        secret_key=b"a secret of the tests, 32 bytes.",
        demonstration=True,
        https=False,
        models_folder=tmp_path / "models",
    )


@pytest.fixture
def service(settings: Settings) -> Service:
    """Migrated, with a champion."""
    small_model.save(settings.models_folder)
    return without_model(settings)


def without_model(settings: Settings) -> Service:
    service = build(settings, identities=Nobody(), clock=lambda: day(30))
    make_tables(service)
    return service
