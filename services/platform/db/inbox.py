"""Marks the events that were handled, in the handler's own transaction: a redelivery does nothing."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.tables import PlatformTables
from services.platform.db.upsert import insert_new, insert_or_ignore


def first_time(connection: sa.Connection, tables: PlatformTables, event_id: UUID, *, at: datetime) -> bool:
    """Mark the event. False when it was marked before. A concurrent marker makes this one wait."""
    return insert_or_ignore(connection, tables.inbox, {"event_id": event_id, "handled_at": at})


def not_yet_handled(
    connection: sa.Connection, tables: PlatformTables, event_ids: Iterable[UUID], *, at: datetime
) -> set[UUID]:
    """Mark the events, and give those that were not marked before. A concurrent marker makes this one wait."""
    # In one order: two who mark the same events wait for each other in turn, and never crosswise.
    rows = [{"event_id": event_id, "handled_at": at} for event_id in sorted(set(event_ids))]
    return insert_new(connection, tables.inbox.c.event_id, rows)
