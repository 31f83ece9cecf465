"""Inserts whose statement is built once per table: without inline values, it is compiled only once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Inserts any number of rows with the same columns."""
    if values:
        connection.execute(insert_into(table), values)


def insert_or_ignore(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Inserts the row. Returns False if its key exists; waits for a concurrent insert."""
    return connection.execute(or_ignore(table, connection.dialect.name), values).rowcount == 1


def insert_new(connection: sa.Connection, column: sa.Column[Any], rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Inserts the new rows and returns their values of this column."""
    if not rows:
        return set()
    return set(connection.execute(_or_ignore_and_tell(column, connection.dialect.name), rows).scalars())


@cache
def _or_ignore_and_tell(column: sa.Column[Any], dialect: str) -> sa.Executable:
    return or_ignore(column.table, dialect).returning(column)


@cache
def insert_into(table: sa.Table) -> sa.Insert:
    """Inline: returns neither a key nor a default."""
    return sa.insert(table).inline()


@cache
def or_ignore(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Leaves an existing row with the same key unchanged."""
    return _insert_of(dialect)(table).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


@cache
def or_newer(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Replaces an existing row with the same key if its `version` is lower. Needs all columns."""
    insert = _insert_of(dialect)(table)
    key = table.primary_key.columns
    values = {column.name: insert.excluded[column.name] for column in table.columns if column not in list(key)}
    older = table.c.version < insert.excluded.version
    return insert.on_conflict_do_update(index_elements=key, set_=values, where=older).inline()


def _insert_of(dialect: str) -> Callable[[sa.Table], sqlite.Insert | postgresql.Insert]:
    """SQLite and PostgreSQL share this feature, and SQLAlchemy has one construct for each."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert
