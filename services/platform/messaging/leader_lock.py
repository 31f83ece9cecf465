"""At most one holder at a time: an advisory lock in PostgreSQL, a file lock beside an SQLite file."""

import fcntl
import os
from pathlib import Path

import sqlalchemy as sa

from services.platform.db.engine import Database


class LeaderLock:
    """A lock that its holder keeps until it stops or dies; the other processes try again."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._connection: sa.Connection | None = None
        self._file: int | None = None

    def try_acquire(self) -> bool:
        """Returns True if this process holds the lock, acquiring it if it is free. Never waits."""
        return self._file_lock() if self._database.is_sqlite else self._advisory_lock()

    def release(self) -> None:
        if self._connection is not None:
            self._unlock(self._connection)
            self._connection = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @staticmethod
    def _unlock(connection: sa.Connection) -> None:
        """The session owns the lock: a connection returned to the pool with it would keep it."""
        try:
            connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))
        except sa.exc.DBAPIError:
            connection.invalidate()
        connection.close()

    def _advisory_lock(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(sa.text("SELECT 1"))
            except sa.exc.DBAPIError:
                # The server ended the session, and with it the lock.
                self.release()
                return False
            return True
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Locks share one namespace per database: the schema separates services.
        take = sa.text("SELECT pg_try_advisory_lock(hashtext(current_schema() || '.' || :name))")
        if connection.execute(take, {"name": self._name}).scalar_one():
            self._connection = connection
            return True
        connection.close()
        return False

    def _file_lock(self) -> bool:
        if self._file is not None:
            return True
        path = Path(f"{self._database.url.database}.{self._name}.lock")
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._file = descriptor
        return True
