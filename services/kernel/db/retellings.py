"""Keeps how far each retelling has come, in a table of the service that tells."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.kernel.db.types import Json, UtcDateTime
from services.kernel.db.upsert import insert_or_ignore
from services.kernel.retelling import Retelling, Some


def retellings_table(metadata: sa.MetaData) -> sa.Table:
    """The table, for a service that others may ask."""
    return sa.Table(
        "retellings",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topics", Json, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("place", sa.Uuid, nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
    )


class SqlRetellings:
    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self._table = table

    def begin(self, asking_id: UUID, topics: Collection[str], *, asked_at: datetime) -> None:
        row = {"id": asking_id, "topics": sorted(topics), "asked_at": asked_at, "told": {}}
        insert_or_ignore(self._connection, self._table, row)

    def next(self) -> Retelling | None:
        c = self._table.c
        waiting = sa.select(self._table).where(c.done_at.is_(None)).order_by(c.asked_at, c.id).limit(1)
        row = self._connection.execute(waiting.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        topics = frozenset(row.topics)
        return Retelling(id=row.id, topics=topics, asked_at=row.asked_at, place=row.place, told=row.told)

    def keep(self, retelling: Retelling, some: Some, *, at: datetime) -> None:
        row = {"place": some.last, "told": dict(some.told), "done_at": at if some.last is None else None}
        self._connection.execute(sa.update(self._table).where(self._table.c.id == retelling.id).values(row))
