"""A connection that PostgreSQL ended: unnoticed if it lay long, else answered with `try again`, and once only."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from services.platform.db import postgresql
from services.platform.db.engine import Database
from services.platform.db.transient import is_transient

_OWN = sa.text("SELECT pg_backend_pid()")
_END = sa.text("SELECT pg_terminate_backend(pid, 5000) FROM unnest(CAST(:pids AS int[])) AS pid")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    if database.is_sqlite:
        pytest.skip("SQLite is within the process")
    yield database
    database.close()


def end_connections(database: Database) -> None:
    """Two were used and lie in the pool; both are ended from outside."""
    with database.read() as one, database.read() as other:
        pids = [connection.execute(_OWN).scalar_one() for connection in (one, other)]
    outside = Database(str(database.url.render_as_string(hide_password=False)))
    with outside.read() as connection:
        assert connection.execute(_END, {"pids": pids}).scalars().all() == [True, True]
    outside.close()


def asked(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.text("SELECT 1")).scalar_one())


class TestAConnectionThatTheServerEnded:
    def test_is_noticed_before_it_is_used_when_it_lay_long(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgresql, "_TRUSTED_SECONDS", 0.0)
        end_connections(database)

        assert asked(database) == 1

    def test_is_answered_with_try_again_once_when_it_was_used_just_now(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgresql, "_TRUSTED_SECONDS", 3600.0)
        end_connections(database)

        with pytest.raises(sa.exc.DBAPIError) as failed:
            asked(database)

        assert is_transient(failed.value)
        assert asked(database) == 1
