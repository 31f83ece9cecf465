"""Gauges of every service: the age of the oldest row that waits to be sent, sealed or decided."""

import math
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from services.platform.db.tables import PlatformTables
from services.platform.operations.metrics import DatabaseGauge


def of_every_service(tables: PlatformTables) -> tuple[DatabaseGauge, ...]:
    outbox, letters, rows = tables.outbox.c, tables.dead_letters.c, tables.audit_rows.c
    return (
        DatabaseGauge(
            name="waymark_outbox_waiting",
            help="Events committed and not yet sent.",
            read=count(outbox.published_at.is_(None)),
        ),
        DatabaseGauge(
            name="waymark_outbox_oldest_seconds",
            help="Since the oldest event that is not yet sent was committed; 0 when none waits.",
            read=age(outbox.created_at, outbox.published_at.is_(None)),
        ),
        DatabaseGauge(
            name="waymark_dead_letters",
            help="Events dead-lettered until a person redrives or drops them.",
            read=count(letters.id.is_not(None)),  # all rows: a decided letter is deleted
        ),
        DatabaseGauge(
            name="waymark_audit_unsealed_oldest_seconds",
            help="Since the oldest audit row that is not yet in the chain was written; 0 when all are.",
            read=age(rows.occurred_at, rows.number.is_(None)),
        ),
    )


def count(condition: sa.ColumnElement[bool]) -> Callable[[sa.Connection, datetime], float]:
    """Returns the number of rows; reads a partial index if few rows match the condition."""
    query = sa.select(sa.func.count()).where(condition)
    return lambda connection, _now: float(connection.execute(query).scalar_one())


def age(
    since: sa.ColumnElement[datetime], condition: sa.ColumnElement[bool]
) -> Callable[[sa.Connection, datetime], float]:
    """Returns seconds since the oldest of these rows; 0 if there are none, infinite if its time cannot be read."""
    query = sa.select(sa.func.min(since)).where(condition)

    def read(connection: sa.Connection, now: datetime) -> float:
        try:
            oldest: datetime | None = connection.execute(query).scalar_one()
        except ValueError:  # SQLite holds any text: a damaged row must not hide every other figure
            return math.inf
        return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0

    return read
