"""Fixtures of the whole suite: databases of both kinds, and a browser."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.parts import chromium
from tests.parts.postgresql import Cluster


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A cluster of this test process's own, started when the first test asks for it."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """`new_database("intake")` is the address of an empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        serial = count(1)
        return lambda service: f"sqlite:///{tmp_path / f'{service}-{next(serial)}.sqlite'}"
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.schema


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Each test makes its own context (`browser.new_context()`), which is its own cookie jar."""
    with chromium.running() as browser:
        yield browser
