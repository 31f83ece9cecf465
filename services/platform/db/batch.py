"""State shared by the commands of one database transaction: the connection, repositories and pending writes."""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.sql.dml import UpdateBase

from services.platform.db import multi_table_insert
from services.platform.db.upsert import insert_into

_Made = TypeVar("_Made")


class Batch:
    """Collects rows, so that those of many commands take one statement.

    The delay is not visible: pending rows are written before any other statement of the connection and before the
    commit.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._waiting: dict[UpdateBase, dict[Hashable, Mapping[str, Any]]] = {}
        self._shared: dict[object, Any] = {}
        self._listens = False

    def shared(self, make: Callable[["Batch"], _Made]) -> _Made:
        """Returns an object shared by all commands of the batch; created on first use."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return cast("_Made", self._shared[make])

    def insert(self, table: sa.Table, row: Mapping[str, Any], *, of: Hashable = None) -> None:
        """Queues a row for insertion. All rows of a table have the same columns."""
        self.later(insert_into(table), row, of=of)

    def later(self, statement: UpdateBase, values: Mapping[str, Any], *, of: Hashable = None) -> None:
        """Queues a statement without a result; repeating the same statement object with other values costs little.

        Inserts run first, referenced tables before referencing ones; then the others in the order in which they were
        first queued. `of` names the entity whose whole state the values are: they replace values of the same entity
        that still wait.
        """
        if not self._listens:
            sa.event.listen(self.connection, "before_execute", self._write_first)
            self._listens = True
        self._waiting.setdefault(statement, {})[object() if of is None else of] = values

    def waits(self, table: sa.Table, *, of: Hashable) -> bool:
        """Returns whether a row of this entity is still pending, so that it can be replaced."""
        return of in self._waiting.get(insert_into(table), {})

    def write(self) -> None:
        """Executes the pending statements. The transaction calls it last, before the commit."""
        if not self._waiting:
            return
        # Cleared first: these statements pass through the same connection and would flush again.
        waiting, self._waiting = self._waiting, {}
        statements = sorted(waiting, key=_table_order)
        inserts = [statement for statement in statements if isinstance(statement, sa.Insert)]
        rows = {cast("sa.Table", statement.table): list(waiting[statement].values()) for statement in inserts}
        if all(map(_is_plain, inserts)) and multi_table_insert.suits(self.connection, rows):
            multi_table_insert.insert(self.connection, rows)
            statements = statements[len(inserts) :]
        for statement in statements:
            self.connection.execute(statement, list(waiting[statement].values()))

    def _write_first(self, *_: object) -> None:
        self.write()


def _is_plain(statement: sa.Insert) -> bool:
    return statement is insert_into(cast("sa.Table", statement.table))


def _table_order(statement: UpdateBase) -> float:
    table = statement.table
    if not isinstance(statement, sa.Insert) or not isinstance(table, sa.Table):
        return float("inf")
    return _order(table.metadata)[table]


@cache
def _order(metadata: sa.MetaData) -> dict[sa.Table, int]:
    """Returns the order of tables: referenced tables come first."""
    return {table: index for index, table in enumerate(metadata.sorted_tables)}
