"""A fault that is neither the request's nor the record's: the database is away, full, took too long, or gave way."""

import sqlalchemy as sa


def is_away(error: BaseException) -> bool:
    """Whether the same may well succeed in a while: nothing is wrong with what was asked."""
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)):
        return True
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


_GAVE_WAY = {"40001", "40P01"}
"""Serialization failure and deadlock: https://www.postgresql.org/docs/15/errcodes-appendix.html"""


def gave_way(error: BaseException) -> bool:
    """Whether PostgreSQL ended this transaction so that another could go on: the same may well succeed at once."""
    return isinstance(error, sa.exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in _GAVE_WAY
