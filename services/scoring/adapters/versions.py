"""Rows of which only the newest version matters, in a table with the columns `id` and `version`."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.batch import Batch


class Versions:
    """Rows are locked when read. Of two workers that both bring a new one, the later cannot commit, and tries again."""

    def __init__(self, batch: Batch, table: sa.Table) -> None:
        self._batch = batch
        self._table = table
        self._held: dict[UUID, int] = {}
        """0 is one that is not there."""

    def prefetch(self, ids: Collection[UUID]) -> None:
        if not ids:
            return
        key, version = self._table.c.id, self._table.c.version
        query = sa.select(key, version).where(key.in_(ids)).order_by(key).with_for_update()
        self._held.update(dict.fromkeys(ids, 0))
        self._held.update((row.id, row.version) for row in self._batch.connection.execute(query))

    def keep(self, row: Mapping[str, Any]) -> bool:
        """Have the row stored. False when a version as high is there."""
        key, version = row["id"], row["version"]
        if key not in self._held:
            self.prefetch([key])
        held, self._held[key] = self._held[key], max(version, self._held[key])
        if held >= version:
            return False
        if not held or self._batch.waits(self._table, of=key):
            self._batch.insert(self._table, row, of=key)
        else:
            self._batch.later(_change(self._table), {"changed": key, **row}, of=key)
        return True


@cache
def _change(table: sa.Table) -> sa.Update:
    return sa.update(table).where(table.c.id == sa.bindparam("changed"))
