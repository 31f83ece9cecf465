"""Stores the progress of republish jobs in a table of the publishing service."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.types import Json, UtcDateTime
from services.platform.db.upsert import insert_or_ignore
from services.platform.republish import RepublishedBatch, RepublishJob


def republish_jobs_table(metadata: sa.MetaData) -> sa.Table:
    """Returns the table, for a service whose state others may request."""
    return sa.Table(
        "republish_jobs",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topics", Json, nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("last_id", sa.Uuid, nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
    )


class SqlRepublishJobs:
    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self._table = table

    def begin(self, request_id: UUID, topics: Collection[str], *, requested_at: datetime) -> None:
        row = {"id": request_id, "topics": sorted(topics), "requested_at": requested_at, "told": {}}
        insert_or_ignore(self._connection, self._table, row)

    def next(self) -> RepublishJob | None:
        c = self._table.c
        waiting = sa.select(self._table).where(c.done_at.is_(None)).order_by(c.requested_at, c.id).limit(1)
        row = self._connection.execute(waiting.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        return RepublishJob(
            id=row.id,
            topics=frozenset(row.topics),
            requested_at=row.requested_at,
            last_id=row.last_id,
            counts=row.told,
        )

    def save(self, job: RepublishJob, batch: RepublishedBatch, *, at: datetime) -> None:
        row = {"last_id": batch.last, "told": dict(batch.counts), "done_at": at if batch.last is None else None}
        self._connection.execute(sa.update(self._table).where(self._table.c.id == job.id).values(row))
