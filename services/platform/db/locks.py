"""Transactions that must see each other's rows hold the same keys, and so go one after the other."""

from collections.abc import Iterable

import sqlalchemy as sa


def lock(connection: sa.Connection, keys: Iterable[bytes]) -> None:
    """Wait until nobody else holds any of these keys, and hold them until the transaction ends.

    By PostgreSQL's advisory locks; SQLite has one writer anyway. The first eight bytes of a key count: two different
    things that begin alike only wait in vain.
    """
    # In one order: two wait for each other in turn, and never crosswise.
    numbers = sorted({int.from_bytes(key[:8], signed=True) for key in keys})
    if numbers and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"keys": numbers})


_LOCK = sa.text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
"""Takes the locks one by one, as they are listed."""
