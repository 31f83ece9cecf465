"""The embedded log: records and group offsets in one SQLite file. Durable and ordered, for one machine."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from services.contracts.topics import RETENTION
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.db.tables import new_metadata
from services.platform.db.types import UtcDateTime
from services.platform.messaging.log import Delivered, Record

_LOOKED_AT_EVERY = timedelta(hours=1)

_metadata = new_metadata()
_records = sa.Table(
    "records",
    _metadata,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("appended_at", UtcDateTime, nullable=False, index=True),
    sa.Index("ix_records_topic_position", "topic", "position"),
    sqlite_autoincrement=True,
)
_offsets = sa.Table(
    "group_offsets",
    _metadata,
    sa.Column("group_name", sa.String(64), primary_key=True),
    sa.Column("topic", sa.String(64), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)


class EmbeddedLog:
    """Thread-safe. Connects on first use."""

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self.database = Database(f"sqlite+pysqlite:///{path}")
        self._clock = clock
        self._arrived = threading.Condition()
        self._ready = False
        self._dropped_at: datetime | None = None
        self._read_to: dict[str, int | None] = {}
        """By group, the newest position when it last found nothing: it does not query again until there is a newer one.
        """

    def append(self, records: Sequence[Record]) -> None:
        at = self._clock()
        rows = [{"topic": r.topic, "key": r.key, "value": r.value, "appended_at": at} for r in records]
        with self._open().write() as connection:
            self._drop_old(connection, at)
            connection.execute(sa.insert(_records), rows)
        with self._arrived:
            self._arrived.notify_all()

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        deadline = time.monotonic() + wait
        with self._arrived:
            # The check and the wait hold one lock: a record appended between them is not missed.
            while not (found := self._next(group, topics, limit)):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return []
                self._arrived.wait(remaining)
        return found

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        reached: dict[str, int] = {}
        for record in delivered:
            reached[record.topic] = max(record.position, reached.get(record.topic, 0))
        with self._open().write() as connection:
            for topic, position in reached.items():
                connection.execute(_HOLD, {"group_name": group, "topic": topic, "position": position})

    def close(self) -> None:
        self.database.close()

    def _drop_old(self, connection: sa.Connection, at: datetime) -> None:
        """Deletes expired records, read or not: two topics carry names."""
        if self._dropped_at is None or at - self._dropped_at > _LOOKED_AT_EVERY:
            connection.execute(sa.delete(_records).where(_records.c.appended_at < at - RETENTION))
            self._dropped_at = at

    def _open(self) -> Database:
        if not self._ready:
            with self.database.write() as connection:
                _metadata.create_all(connection)
            self._ready = True
        return self.database

    def _next(self, group: str, topics: Sequence[str], limit: int) -> list[Delivered]:
        with self._open().read() as connection:
            newest = connection.execute(_NEWEST).scalar_one()
            if newest == self._read_to.get(group):
                return []
            held = connection.execute(_HELD, {"group": group})
            offsets: dict[str, int] = {row.topic: row.position for row in held}
            found = [
                Delivered(topic=row.topic, key=row.key, value=row.value, position=row.position)
                for topic in topics
                for row in connection.execute(_AFTER, {"wanted": topic, "beyond": offsets.get(topic, 0), "most": limit})
            ]
        if not found:
            self._read_to[group] = newest
        return sorted(found, key=lambda record: record.position)[:limit]


# Built once: building a statement costs more than running it.
_NEWEST = sa.select(sa.func.max(_records.c.position))
_HELD = sa.select(_offsets.c.topic, _offsets.c.position).where(_offsets.c.group_name == sa.bindparam("group"))
_INTO_OFFSETS = sqlite.insert(_offsets)
_HOLD = _INTO_OFFSETS.on_conflict_do_update(
    index_elements=["group_name", "topic"], set_={"position": _INTO_OFFSETS.excluded.position}
)
# One topic at a time, so that a long backlog is never sorted.
_AFTER = (
    sa.select(_records)
    .where(_records.c.topic == sa.bindparam("wanted"), _records.c.position > sa.bindparam("beyond"))
    .order_by(_records.c.position)
    .limit(sa.bindparam("most"))
)
