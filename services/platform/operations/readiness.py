"""Readiness checks of every service: whether delivered events are being handled."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import sqlalchemy as sa

from services.platform.clock import Clock
from services.platform.db.engine import Database
from services.platform.db.tables import PlatformTables
from services.platform.messaging import dead_letters

_MOVES_WITHIN = timedelta(seconds=60)


def checks(database: Database, tables: PlatformTables, clock: Clock) -> Mapping[str, Callable[[], bool]]:
    """Checks by name; each reads an index and works in any process.

    `dead_letters` is false while one waits, `consumer` while so many wait that another one stops the consumer.
    """
    letters, outbox, rows = tables.dead_letters.c, tables.outbox.c, tables.audit_rows.c

    def none(condition: Callable[[], sa.ColumnElement[bool]]) -> Callable[[], bool]:
        def holds() -> bool:
            with database.read() as connection:
                return not connection.execute(sa.select(sa.exists().where(condition()))).scalar_one()

        return holds

    def may_dead_letter() -> bool:
        with database.read() as connection:
            return not dead_letters.at_limit(connection, tables)

    return {
        "dead_letters": none(lambda: letters.id.is_not(None)),
        "consumer": may_dead_letter,
        "outbox": none(lambda: outbox.published_at.is_(None) & (outbox.created_at < clock() - _MOVES_WITHIN)),
        "audit": none(lambda: rows.number.is_(None) & (rows.occurred_at < clock() - _MOVES_WITHIN)),
    }
