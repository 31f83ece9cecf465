"""Casework on both kinds of database, empty for each test."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.casework.case_world import CaseWorld
from tests.integration.casework.review_world import ReviewWorld


@pytest.fixture
def case_world(new_database: Callable[[str], str]) -> Iterator[CaseWorld]:
    world = CaseWorld(new_database("casework"))
    yield world
    world.close()


@pytest.fixture
def review_world(new_database: Callable[[str], str]) -> Iterator[ReviewWorld]:
    world = ReviewWorld(new_database("casework"))
    yield world
    world.close()
