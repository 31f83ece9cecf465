"""A few rows of several tables in one statement of PostgreSQL: it costs far less than a statement for each table."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Rows = Mapping[sa.Table, Sequence[Mapping[str, Any]]]

_FEW = 36
"""Each number of rows of each table is a statement of its own, to be made, compiled and planned."""
_SHAPES = 200


def suits(connection: sa.Connection, rows: Rows) -> bool:
    """Whether the rows can be inserted so, and it is worth it."""
    return connection.dialect.name == "postgresql" and len(rows) > 1 and sum(map(len, rows.values())) <= _FEW


def insert(connection: sa.Connection, rows: Rows) -> None:
    """Insert all of them. The rows of one table have the same columns, and are inserted in their order.

    What refers to a row of another table is checked when all are there.
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
    # Selected, because SQLAlchemy compiles an insert of several VALUES anew each time.
    rows = [sa.select(*(_value(table, index, column) for column in columns)) for index in range(count)]
    return sa.insert(table).from_select(columns, sa.union_all(*rows) if count > 1 else rows[0]).inline()


def _value(table: sa.Table, index: int, column: str) -> sa.ColumnElement[Any]:
    """Of a union of nothing but NULLs, PostgreSQL must be told the type. A cast of a text would cut it short."""
    kind = table.c[column].type
    value = sa.bindparam(_name(table, index, column), type_=kind)
    stored = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return value if isinstance(stored, sa.String) else sa.cast(value, kind)


def _name(table: sa.Table, index: int, column: str) -> str:
    return f"{table.name}_{index}_{column}"
