"""Inserts whose statement is made once per table: with the values beside it, it is compiled once too."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Insert a row or several, or none. Several have the same columns."""
    if values:
        connection.execute(insert_into(table), values)


def insert_or_ignore(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert the row. False when one with the same key was there; waits for a concurrent inserter to end."""
    return connection.execute(or_ignore(table, connection.dialect.name), values).rowcount == 1


def insert_new(connection: sa.Connection, column: sa.Column[Any], rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Insert the rows that are new, and give the values of this column in those."""
    if not rows:
        return set()
    return set(connection.execute(_or_ignore_and_tell(column, connection.dialect.name), rows).scalars())


@cache
def _or_ignore_and_tell(column: sa.Column[Any], dialect: str) -> sa.Executable:
    return or_ignore(column.table, dialect).returning(column)


@cache
def insert_into(table: sa.Table) -> sa.Insert:
    """Inline: nothing is asked back, neither a key nor a default."""
    return sa.insert(table).inline()


@cache
def or_ignore(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """A row whose key is there already is left as it is."""
    return _insert_of(dialect)(table).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


@cache
def or_newer(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """A row whose key is there already takes its place if its `version` is higher. All columns are given."""
    insert = _insert_of(dialect)(table)
    key = table.primary_key.columns
    said = {column.name: insert.excluded[column.name] for column in table.columns if column not in list(key)}
    older = table.c.version < insert.excluded.version
    return insert.on_conflict_do_update(index_elements=key, set_=said, where=older).inline()


def _insert_of(dialect: str) -> Callable[[sa.Table], sqlite.Insert | postgresql.Insert]:
    """SQLite and PostgreSQL both have what is asked of it here, and SQLAlchemy spells it twice."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert
