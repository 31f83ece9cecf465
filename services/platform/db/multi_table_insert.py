"""Inserts a few rows of several tables in one statement on PostgreSQL, far cheaper than a statement per table."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Rows = Mapping[sa.Table, Sequence[Mapping[str, Any]]]

_FEW = 36
"""Maximum rows per table: each combination of row counts is a separate statement to build, compile and plan."""
_SHAPES = 200


def suits(connection: sa.Connection, rows: Rows) -> bool:
    """Returns whether the rows can be inserted in one statement and whether it is faster."""
    return connection.dialect.name == "postgresql" and len(rows) > 1 and sum(map(len, rows.values())) <= _FEW


def insert(connection: sa.Connection, rows: Rows) -> None:
    """Inserts all rows. Rows of one table have the same columns and are inserted in order.

    Foreign keys are checked after all rows are inserted.
    """
    shape = tuple((table, tuple(some[0]), len(some)) for table, some in rows.items())
    values = {
        _name(table, index, column): value
        for table, some in rows.items()
        for index, row in enumerate(some)
        for column, value in row.items()
    }
    connection.execute(_statement(shape), values)


@lru_cache(_SHAPES)
def _statement(shape: tuple[tuple[sa.Table, tuple[str, ...], int], ...]) -> sa.Insert:
    *others, last = (_insert(table, columns, count) for table, columns, count in shape)
    return last.add_cte(*(other.cte(f"into_{other.table.name}") for other in others))


def _insert(table: sa.Table, columns: Sequence[str], count: int) -> sa.Insert:
    # A SELECT, because SQLAlchemy compiles an insert with several VALUES each time.
    rows = [sa.select(*(_value(table, index, column) for column in columns)) for index in range(count)]
    return sa.insert(table).from_select(columns, sa.union_all(*rows) if count > 1 else rows[0]).inline()


def _value(table: sa.Table, index: int, column: str) -> sa.ColumnElement[Any]:
    """Casts the value: in a union of NULLs only, PostgreSQL needs the type. A cast of text would truncate it."""
    kind = table.c[column].type
    value = sa.bindparam(_name(table, index, column), type_=kind)
    stored = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return value if isinstance(stored, sa.String) else sa.cast(value, kind)


def _name(table: sa.Table, index: int, column: str) -> str:
    return f"{table.name}_{index}_{column}"
