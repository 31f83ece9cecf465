"""`INSERT … ON CONFLICT DO NOTHING`, which SQLite and PostgreSQL both have and SQLAlchemy spells twice."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_ignore(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert the row. False when one with the same key was there; waits for a concurrent inserter to end."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return connection.execute(statement).scalar_one_or_none() is not None
