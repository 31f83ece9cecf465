"""One database of one service: SQLite in the embedded form, a schema of PostgreSQL at scale."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext, make_url

_BUSY_MILLISECONDS = 10_000
_STATEMENT_MILLISECONDS = 15_000
_LOCK_MILLISECONDS = 5_000


class Database:
    """Opens nothing until it is used, so that building a service costs nothing and is safe before a fork."""

    def __init__(self, url: str, *, schema: str | None = None) -> None:
        self.url = make_url(url)
        self.schema = schema

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @cached_property
    def engine(self) -> sa.Engine:
        return self._sqlite() if self.is_sqlite else self._postgresql()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that only reads. What it changed is rolled back."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write: commits on a normal exit, else rolls back.

        On SQLite it takes the write lock at once: a reader that turns writer later fails without waiting.
        """
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.execution_options(sqlite_begin="IMMEDIATE")
            with connection.begin():
                yield connection

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()

    def _sqlite(self) -> sa.Engine:
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self.url,
            hide_parameters=True,
            connect_args={"timeout": _BUSY_MILLISECONDS / 1000, "check_same_thread": False},
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql(self) -> sa.Engine:
        settings = [f"-c statement_timeout={_STATEMENT_MILLISECONDS}", f"-c lock_timeout={_LOCK_MILLISECONDS}"]
        if self.schema:
            settings.append(f"-c search_path={self.schema}")
        engine = sa.create_engine(
            self.url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            connect_args={"connect_timeout": 5, "options": " ".join(settings)},
        )
        sa.event.listen(engine, "handle_error", _keep_first_line)
        return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy, not the driver, says when a transaction begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _keep_first_line(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL repeats the row: `Key (name)=(…) already exists`. What went wrong is in the first line."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(str(argument).partition("\n")[0] for argument in error.args)
