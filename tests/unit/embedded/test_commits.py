"""A commit of the product waits for the disk; one of a load that begins again from nothing does not."""

from pathlib import Path

import pytest

from services.embedded.folder import Folder
from services.embedded.system import System, build
from services.platform.db import engine

FULL, OFF = 2, 0


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable_commits: tuple[str, ...]) -> System:
    monkeypatch.setattr(engine, "_PRAGMAS", durable_commits)
    return build(Folder(tmp_path))


def synchronous(system: System) -> set[int]:
    found = set()
    for database in (system.log.database, *(service.database for service in system.services.values())):
        with database.read() as connection:
            found.add(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    return found


class TestACommit:
    def test_waits_for_the_disk(self, system: System) -> None:
        assert synchronous(system) == {FULL}

    def test_of_a_load_does_not_whatever_was_opened_before(self, system: System) -> None:
        """Before, connections that were open already went on waiting."""
        synchronous(system)

        system.do_not_wait_for_the_disk()

        assert synchronous(system) == {OFF}
