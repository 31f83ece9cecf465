"""The least that storing can cost: as many rows, put into SQLite by hand, in one commit as durable as a service's own."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from services.platform.service import Service

_CONTENT = b"x" * 300
"""About what a row holds."""


class BareTable:
    """One table with one key."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, content BLOB)")
        self._ids = count()

    def store(self, contents: Sequence[bytes]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO bare VALUES (?, ?)", [(next(self._ids), each) for each in contents])
        self._connection.execute("COMMIT")

    def rows_as_by(self, work: Callable[[], object], service: Service) -> Callable[[], None]:
        """Stores as many rows as this work does."""
        before = _rows(service)
        work()
        contents = [_CONTENT] * (_rows(service) - before)
        return lambda: self.store(contents)

    def close(self) -> None:
        self._connection.close()


def _rows(service: Service) -> int:
    with service.database.read() as connection:
        counts = (sa.select(sa.func.count()).select_from(table) for table in service.metadata.sorted_tables)
        return sum(connection.execute(each).scalar_one() for each in counts)
