"""Serialises transactions that must see each other's rows: they lock the same keys."""

from collections.abc import Iterable

import sqlalchemy as sa


def lock(connection: sa.Connection, keys: Iterable[bytes]) -> None:
    """Locks these keys until the transaction ends; waits while another transaction holds one of them.

    Uses PostgreSQL's advisory locks; SQLite has one writer anyway. Only the first eight bytes of a key count: two
    different keys with the same prefix wait without need.
    """
    # Sorted, so that two transactions cannot deadlock.
    numbers = sorted({int.from_bytes(key[:8], signed=True) for key in keys})
    if numbers and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"keys": numbers})


_LOCK = sa.text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
"""Takes the locks one by one, in the listed order."""
