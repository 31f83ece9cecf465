"""What the commands of one database transaction share: a connection, repositories, and rows that are written together."""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.sql.dml import UpdateBase

from services.platform.db import multi_table_insert
from services.platform.db.upsert import insert_into

_Made = TypeVar("_Made")


class Batch:
    """Rows may wait to be written, so that those of many commands take one statement. Nobody can see that they wait:
    whatever else is asked of the connection is asked after they were written, and so is the commit."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._waiting: dict[UpdateBase, dict[Hashable, Mapping[str, Any]]] = {}
        self._shared: dict[object, Any] = {}
        self._listens = False

    def shared(self, make: Callable[["Batch"], _Made]) -> _Made:
        """What this gives for the batch: made once, for all its commands."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return cast("_Made", self._shared[make])

    def insert(self, table: sa.Table, row: Mapping[str, Any], *, of: Hashable = None) -> None:
        """Have a row inserted. All rows of a table have the same columns."""
        self.later(insert_into(table), row, of=of)

    def later(self, statement: UpdateBase, values: Mapping[str, Any], *, of: Hashable = None) -> None:
        """Have a statement run that gives nothing back; the same object again, with other values, costs little more.

        Inserts are run first, a table after those that it refers to; then the others, in the order first asked for.
        `of` says what the values are the whole state of: those that still wait, of the same, give way to them.
        """
        if not self._listens:
            sa.event.listen(self.connection, "before_execute", self._write_first)
            self._listens = True
        self._waiting.setdefault(statement, {})[object() if of is None else of] = values

    def waits(self, table: sa.Table, *, of: Hashable) -> bool:
        """Whether a row `of` this is still to be inserted: then it may give way to another."""
        return of in self._waiting.get(insert_into(table), {})

    def write(self) -> None:
        """Run what waits. The last one to call is whoever commits."""
        if not self._waiting:
            return
        # Taken away first: what is run here is itself something asked of the connection.
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
    """Tables that others refer to come first."""
    return {table: index for index, table in enumerate(metadata.sorted_tables)}
