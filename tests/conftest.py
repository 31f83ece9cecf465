"""Fixtures of the whole suite: databases of both kinds, and a browser."""

import gc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from devtools import chromium
from devtools.postgresql import Cluster
from services.accounts import passwords
from services.platform.db import engine
from services.platform.db.engine import Database

if TYPE_CHECKING:
    from devtools.kafka.cluster import Cluster as KafkaCluster

# A slow machine, or a busy one, is no fault of what is tested: times are measured in bench/.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: one of minutes that begins last leaves the other cores without work.

    Those of a browser come last among them: while one process makes their demonstration, the others have work.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, item.path in slow and "e2e" in item.path.parts))


def pytest_collection_finish() -> None:
    """What collecting made lives as long as the tests do: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A cluster of this test process's own, started when the first test asks for it."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka() -> Iterator["KafkaCluster"]:
    """A broker of this test process's own, started when the first test asks for it. Tests name their own topics."""
    # Imported here: the library takes half a second, which few tests need.
    from devtools.kafka.cluster import Cluster as KafkaCluster

    with KafkaCluster(short_lived=True, secured=True) as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """`new_database("intake")` is the address of an empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        serial = count(1)
        return lambda service: f"sqlite:///{tmp_path / f'{service}-{next(serial)}.sqlite'}"
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.schema


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """The address of one empty database; a test that asks for it runs on both kinds."""
    return new_database("service")


@pytest.fixture(autouse=True)
def closes_what_it_opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every database that a test made is closed after it, as a process that ends would."""
    made: list[Database] = []
    make = Database.__init__

    def remember(database: Database, url: str, **options: Any) -> None:
        make(database, url, **options)
        made.append(database)

    monkeypatch.setattr(Database, "__init__", remember)
    yield
    for database in made:
        database.close()


@pytest.fixture(scope="session", autouse=True)
def costly_passwords() -> Iterator[PasswordHasher]:
    """The hasher of the product; tests use one that costs next to nothing, and every test may sign in."""
    costly = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield costly
    passwords._hasher = costly


@pytest.fixture(scope="session", autouse=True)
def durable_commits() -> Iterator[tuple[str, ...]]:
    """What the product has SQLite do. Here a commit does not wait for the disk: no test takes the power away."""
    durable = engine._PRAGMAS
    engine._PRAGMAS = tuple(pragma.replace("synchronous=FULL", "synchronous=OFF") for pragma in durable)
    yield durable
    engine._PRAGMAS = durable


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Each test makes its own context (`browser.new_context()`), which is its own cookie jar."""
    with chromium.running() as browser:
        yield browser
