"""A fault that is neither the request's nor the record's: the database is away, full, or gave way.

A statement that took too long is none: the same may take too long for ever.
"""

import errno
import sqlite3

import sqlalchemy as sa

_TRANSIENT_CLASSES = frozenset({"08", "28", "40", "53", "57", "58"})
"""Connection, sign-in, rolled back for another, resources, operator, system: SQLSTATE by its first two characters.
https://www.postgresql.org/docs/15/errcodes-appendix.html"""
_LOCK_NOT_AVAILABLE = "55P03"
_TOO_LONG = frozenset({"57014", "25P03"})
"""A statement, or a transaction between two of them, took longer than `db.postgresql.LIMITS` lets it."""
_DISK_FULL = "53100"
_SERIALIZATION_FAILURE = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock."""

_SQLITE_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Primary result codes: https://sqlite.org/rescode.html. The others say that the statement or the file is wrong."""
_PRIMARY = 0xFF
_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""SQLite calls it FULL when the disk says ENOSPC; of a quota or a limit on a file it knows only that writing failed."""
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_transient(error: BaseException) -> bool:
    """Whether the same may well succeed in a while: nothing is wrong with what was asked."""
    if isinstance(error, sa.exc.TimeoutError):
        return True  # every connection of this process was in use
    if not isinstance(error, sa.exc.DBAPIError):
        return is_full(error)
    state, number = sqlstate(error), _sqlite_code(error)
    if state:
        return state == _LOCK_NOT_AVAILABLE or (state[:2] in _TRANSIENT_CLASSES and state not in _TOO_LONG)
    if number:
        return number & _PRIMARY in _SQLITE_TRANSIENT
    if isinstance(error.orig, sqlite3.Error):
        return False  # the driver's own, such as a value that it cannot bind
    return error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))


def is_full(error: BaseException) -> bool:
    """Whether there is no space left to store anything."""
    if isinstance(error, sa.exc.DBAPIError):
        return sqlstate(error) == _DISK_FULL or _sqlite_code(error) in _SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _NO_SPACE


def took_too_long(error: BaseException) -> bool:
    """Whether PostgreSQL ended it because it took too long."""
    return sqlstate(error) in _TOO_LONG


def is_serialization_failure(error: BaseException) -> bool:
    """Whether PostgreSQL ended this transaction so that another could go on: the same may well succeed at once."""
    return sqlstate(error) in _SERIALIZATION_FAILURE


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of what went wrong. None of any other error."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, sa.exc.DBAPIError) else None


def _sqlite_code(error: sa.exc.DBAPIError) -> int | None:
    return getattr(error.orig, "sqlite_errorcode", None)
