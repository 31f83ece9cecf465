"""Numbers of requests admitted per minute and subject (account or organisation), shared by all processes."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from services.platform.db.tables import PlatformTables

RETENTION = timedelta(hours=1)


def take(
    connection: sa.Connection, tables: PlatformTables, subject: UUID, *, minute: datetime, wanted: int, limit: int
) -> int:
    """Reserves up to `wanted` requests of the minute. Returns the number reserved; the total never exceeds `limit`."""
    counts = tables.request_counts
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    taken = connection.execute(
        insert(counts)
        .values(minute=minute, subject=subject, taken=wanted)
        .on_conflict_do_update(
            index_elements=[counts.c.minute, counts.c.subject],
            set_={"taken": counts.c.taken + wanted},
            where=counts.c.taken < limit,
        )
        .returning(counts.c.taken)
    ).scalar_one_or_none()
    return 0 if taken is None else min(wanted, limit - (taken - wanted))


def purge(connection: sa.Connection, tables: PlatformTables, *, at: datetime) -> None:
    counts = tables.request_counts
    connection.execute(sa.delete(counts).where(counts.c.minute < at - RETENTION))
