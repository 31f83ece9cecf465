"""Published events in the outbox, the position up to which they were listed, and received events in the inbox."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.lost_events import MAX_LISTED, EventsListed
from services.platform.db.tables import PlatformTables
from services.platform.db.upsert import insert_or_ignore
from services.platform.lost_events import Listable

LISTED_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""Delay before an event is listed: a broker that loses the event may lose a list sent soon after it too."""


def published_lists_table(metadata: sa.MetaData) -> sa.Table:
    """Returns the table for a service that lists events: one row per delay after which it lists."""
    return sa.Table(
        "published_lists",
        metadata,
        sa.Column("after_seconds", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )


class SqlPublishedEvents:
    def __init__(
        self, connection: sa.Connection, tables: PlatformTables, lists: sa.Table, schema: type[EventsListed]
    ) -> None:
        self._connection = connection
        self._outbox = tables.outbox
        self._lists = lists
        self._schema = schema

    def next_to_list(self, *, at: datetime) -> list[Listable]:
        return [found for after in LISTED_AFTER if (found := self._next(after, at=at)) is not None]

    def send_again(self, event_ids: Collection[UUID]) -> int:
        outbox = self._outbox
        waits = sa.update(outbox).where(outbox.c.event_id.in_(event_ids)).values(published_at=None)
        return self._connection.execute(waits).rowcount

    def _next(self, after: timedelta, *, at: datetime) -> Listable | None:
        position = self._reached(after)
        if position is None:
            return None
        c = self._outbox.c
        page = sa.select(c.position, c.event_id, c.topic, c.value, c.published_at).where(c.position > position)
        rows = []
        for row in self._connection.execute(page.order_by(c.position).limit(MAX_LISTED)):
            # The list ends before an event that is unsent or too recent; the next list begins there.
            if row.published_at is None or row.published_at > at - after:
                break
            rows.append(row)
        if not rows:
            return None
        mine = self._lists.c.after_seconds == after.total_seconds()
        self._connection.execute(sa.update(self._lists).where(mine).values(position=rows[-1].position))
        events = [(row.event_id, envelope.read(row.value).type) for row in rows if row.topic != self._schema.topic]
        return Listable(events=events, more=len(rows) == MAX_LISTED)

    def _reached(self, after: timedelta) -> int | None:
        """Locked until this transaction ends. None while another process has locked it."""
        seconds = int(after.total_seconds())
        insert_or_ignore(self._connection, self._lists, {"after_seconds": seconds, "position": 0})
        held = sa.select(self._lists.c.position).where(self._lists.c.after_seconds == seconds)
        return self._connection.execute(held.with_for_update(skip_locked=True)).scalar_one_or_none()


class SqlHandledEvents:
    def __init__(self, connection: sa.Connection, tables: PlatformTables) -> None:
        self._connection = connection
        self._inbox = tables.inbox

    def not_among(self, event_ids: Collection[UUID]) -> list[UUID]:
        marked = sa.select(self._inbox.c.event_id).where(self._inbox.c.event_id.in_(event_ids))
        handled = set(self._connection.execute(marked).scalars())
        return [event_id for event_id in event_ids if event_id not in handled]
