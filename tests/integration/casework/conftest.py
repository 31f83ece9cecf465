"""Casework on both kinds of database, empty for each test."""

from collections.abc import Callable, Iterator

import pytest

from devtools.postgresql import Cluster
from tests.integration.casework.case_world import CaseWorld
from tests.integration.casework.review_world import ReviewWorld


@pytest.fixture(scope="session")
def schema_of_casework(postgresql: Cluster) -> str:
    """One schema for all tests of this process: to make its tables costs ten times what it costs to empty them."""
    return postgresql.schema("casework")


@pytest.fixture
def casework_database(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """The address of a database without a row. What a test before it wrote is gone, append-only or not."""
    url = new_database("casework")
    if url.startswith("sqlite"):
        return url
    url = request.getfixturevalue("schema_of_casework")
    cluster: Cluster = request.getfixturevalue("postgresql")
    cluster.empty(url.rpartition("//")[2].partition("@")[0])
    return url


@pytest.fixture
def case_world(casework_database: str) -> Iterator[CaseWorld]:
    world = CaseWorld(casework_database)
    yield world
    world.close()


@pytest.fixture
def review_world(casework_database: str) -> Iterator[ReviewWorld]:
    world = ReviewWorld(casework_database)
    yield world
    world.close()
