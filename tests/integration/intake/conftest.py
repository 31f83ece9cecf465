"""The intake service on a migrated database of each kind."""

import pytest

from tests.integration.intake.world import World, a_world


@pytest.fixture
def world(database_url: str) -> World:
    return a_world(database_url)
