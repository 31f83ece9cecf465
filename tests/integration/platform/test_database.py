"""What the two kinds of database must have in common."""

import os
import subprocess
import sys
import threading
import traceback
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.platform.db import engine
from services.platform.db.engine import Database
from services.platform.db.types import CodeType, Json, UtcDateTime

metadata = sa.MetaData()


class Colour(StrEnum):
    RED = "red"


things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime),
    sa.Column("colour", CodeType(Colour)),
    sa.Column("parent", sa.Integer, sa.ForeignKey("things.id")),
    sa.Column("data", Json),
    sa.Column("name", sa.String(20), unique=True),
)


@pytest.fixture
def database(database_url: str) -> Database:
    database = Database(database_url)
    with database.write() as connection:
        metadata.create_all(connection)
    return database


def times(database: Database) -> list[datetime]:
    with database.read() as connection:
        return list(connection.execute(sa.select(things.c.at).order_by(things.c.at)).scalars())


class TestATime:
    def test_comes_back_aware_and_in_utc(self, database: Database) -> None:
        summer = datetime(2026, 7, 1, 2, 30, 0, 5, tzinfo=timezone(timedelta(hours=1)))
        with database.write() as connection:
            connection.execute(sa.insert(things).values(id=1, at=summer))

        (found,) = times(database)

        assert (found, found.tzinfo) == (summer, UTC)

    def test_sorts_as_time_does(self, database: Database) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        later = [start + timedelta(seconds=s, microseconds=m) for s, m in ((0, 0), (0, 1), (1, 0), (100, 5))]
        with database.write() as connection:
            connection.execute(sa.insert(things), [{"id": i, "at": at} for i, at in enumerate(reversed(later))])

        assert times(database) == later

    def test_is_refused_without_a_zone(self, database: Database) -> None:
        with pytest.raises(sa.exc.StatementError), database.write() as connection:
            connection.execute(sa.insert(things).values(id=1, at=datetime(2026, 1, 1)))  # noqa: DTZ001


class TestACode:
    def test_outside_its_list_is_refused(self, database: Database) -> None:
        with pytest.raises(sa.exc.StatementError), database.write() as connection:
            connection.execute(sa.insert(things).values(id=1, colour="blue"))


class TestATransaction:
    def test_keeps_nothing_when_it_fails(self, database: Database) -> None:
        def fail_half_way() -> None:
            with database.write() as connection:
                connection.execute(sa.insert(things).values(id=1))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_half_way()

        assert times(database) == []

    def test_refuses_a_row_whose_parent_does_not_exist(self, database: Database) -> None:
        with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
            connection.execute(sa.insert(things).values(id=1, parent=99))

    def test_of_many_writers_that_read_first_all_succeed(self, database: Database) -> None:
        failures: list[Exception] = []

        def write(start: int) -> None:
            try:
                for i in range(20):
                    with database.write() as connection:
                        connection.execute(sa.select(sa.func.count()).select_from(things)).scalar_one()
                        connection.execute(sa.insert(things).values(id=start + i))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=write, args=(n * 100,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert failures == []
        assert len(times(database)) == 160


class TestAWriter:
    def test_that_waits_in_vain_is_told_as_any_other_unavailable_database(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.01)
        database = Database(f"sqlite:///{tmp_path / 'service.sqlite'}")

        with database.write(), pytest.raises(sa.exc.OperationalError), database.write():
            pass

    def test_that_failed_lets_the_next_one_write(self, database: Database) -> None:
        with pytest.raises(RuntimeError), database.write():
            raise RuntimeError

        with database.write() as connection:
            connection.execute(sa.insert(things).values(id=1))


class TestAnError:
    def test_of_the_database_never_shows_what_was_written(self, database: Database) -> None:
        name = "Can" + "ary"

        def write_twice() -> None:
            with database.write() as connection:
                connection.execute(sa.insert(things), [{"id": i, "name": name} for i in (1, 2)])

        with pytest.raises(sa.exc.IntegrityError) as raised:
            write_twice()

        shown = "".join(traceback.format_exception(raised.value))
        assert "Canary" not in shown
        assert "name" in f"{raised.value.orig}"


class TestAFailpoint:
    def test_kills_the_process_at_that_step_alone(self, tmp_path: Path) -> None:
        program = (
            "from services.platform.failpoints import failpoint\n"
            "failpoint('other'); print('passed', flush=True); failpoint('here'); print('survived', flush=True)"
        )

        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"FAILPOINTS": "here:kill"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout) == (-9, "passed\n")
