"""Classifies database errors that may succeed on retry: unavailable, out of space, rolled back after a conflict.

A statement timeout is not transient: the same statement may time out forever.
"""

import errno
import sqlite3

import sqlalchemy as sa

_TRANSIENT_CLASSES = frozenset({"08", "28", "40", "53", "57", "58"})
"""First two characters of SQLSTATE: connection, sign-in, rollback, resources, operator, system.

https://www.postgresql.org/docs/15/errcodes-appendix.html
"""
_LOCK_NOT_AVAILABLE = "55P03"
_TOO_LONG = frozenset({"57014", "25P03"})
"""A statement, or an idle transaction, exceeded `db.postgresql.LIMITS`."""
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
"""Primary result codes: https://sqlite.org/rescode.html. The others mean that the statement or the file is invalid."""
_PRIMARY = 0xFF
_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""SQLite reports ENOSPC as FULL; a quota or a file size limit is only a failed write."""
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_transient(error: BaseException) -> bool:
    """Returns whether the operation may succeed later: the request itself is not at fault."""
    if isinstance(error, sa.exc.TimeoutError):
        return True  # the connection pool was exhausted
    if not isinstance(error, sa.exc.DBAPIError):
        return is_full(error)
    state, number = sqlstate(error), _sqlite_code(error)
    if state:
        return state == _LOCK_NOT_AVAILABLE or (state[:2] in _TRANSIENT_CLASSES and state not in _TOO_LONG)
    if number:
        return number & _PRIMARY in _SQLITE_TRANSIENT
    if isinstance(error.orig, sqlite3.Error):
        return False  # an error of the driver, such as a value that it cannot bind
    return error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))


def is_full(error: BaseException) -> bool:
    """Returns whether the disk is full."""
    if isinstance(error, sa.exc.DBAPIError):
        return sqlstate(error) == _DISK_FULL or _sqlite_code(error) in _SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _NO_SPACE


def took_too_long(error: BaseException) -> bool:
    """Returns whether PostgreSQL ended it because of a timeout."""
    return sqlstate(error) in _TOO_LONG


def is_serialization_failure(error: BaseException) -> bool:
    """Returns whether PostgreSQL rolled the transaction back because of a conflict: an immediate retry may succeed."""
    return sqlstate(error) in _SERIALIZATION_FAILURE


def sqlstate(error: BaseException) -> str | None:
    """Returns PostgreSQL's error code, or None for any other error."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, sa.exc.DBAPIError) else None


def _sqlite_code(error: sa.exc.DBAPIError) -> int | None:
    return getattr(error.orig, "sqlite_errorcode", None)
