"""`INSERT … ON CONFLICT DO NOTHING`, which SQLite and PostgreSQL both have and SQLAlchemy spells twice."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_ignore(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert the row. False when one with the same key was there; waits for a concurrent inserter to end."""
    return connection.execute(_statement(table, connection.dialect.name), dict(values)).rowcount == 1


def insert_new(connection: sa.Connection, column: sa.Column[Any], rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Insert the rows that are new, and give the values of this column in those."""
    statement = _statement(column.table, connection.dialect.name).returning(column)
    return set(connection.execute(statement, [dict(row) for row in rows]).scalars())


@cache
def _statement(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Made once per table: the values are given beside it, so that it is compiled once too."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # Inline: nothing is asked back, neither a key nor a default.
    return insert(table).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)
