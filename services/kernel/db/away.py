"""A fault that is neither the request's nor the record's: the database is away, full, or took too long."""

import sqlalchemy as sa


def is_away(error: BaseException) -> bool:
    """Whether the same may well succeed in a while: nothing is wrong with what was asked."""
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)):
        return True
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
