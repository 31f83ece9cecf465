"""Marks handled events in the handler's own transaction, so that a redelivery has no effect."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.tables import PlatformTables
from services.platform.db.upsert import insert_new, insert_or_ignore


def first_time(connection: sa.Connection, tables: PlatformTables, event_id: UUID, *, at: datetime) -> bool:
    """Marks the event. Returns False if it was marked before. Waits for a concurrent marker."""
    return insert_or_ignore(connection, tables.inbox, {"event_id": event_id, "handled_at": at})


def not_yet_handled(
    connection: sa.Connection, tables: PlatformTables, event_ids: Iterable[UUID], *, at: datetime
) -> set[UUID]:
    """Marks the events and returns those that were not marked before. Waits for a concurrent marker."""
    # Sorted, so that two transactions that mark the same events cannot deadlock.
    rows = [{"event_id": event_id, "handled_at": at} for event_id in sorted(set(event_ids))]
    return insert_new(connection, tables.inbox.c.event_id, rows)
