"""What readiness tells of every service: whether anything it was given stands still."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import sqlalchemy as sa

from services.kernel.bus import dead_letters
from services.kernel.clock import Clock
from services.kernel.db.engine import Database
from services.kernel.db.tables import KernelTables

_MOVES_WITHIN = timedelta(seconds=60)


def checks(database: Database, tables: KernelTables, clock: Clock) -> Mapping[str, Callable[[], bool]]:
    """By name; each looks at an index, whichever process does the work.

    `dead_letters` is false while one waits, `consumer` while so many wait that another one stops the consumer.
    """
    letters, outbox, rows = tables.dead_letters.c, tables.outbox.c, tables.audit_rows.c

    def none(condition: Callable[[], sa.ColumnElement[bool]]) -> Callable[[], bool]:
        def holds() -> bool:
            with database.read() as connection:
                return not connection.execute(sa.select(sa.exists().where(condition()))).scalar_one()

        return holds

    def may_bury() -> bool:
        with database.read() as connection:
            return not dead_letters.at_limit(connection, tables)

    return {
        "dead_letters": none(lambda: letters.id.is_not(None)),
        "consumer": may_bury,
        "outbox": none(lambda: outbox.published_at.is_(None) & (outbox.created_at < clock() - _MOVES_WITHIN)),
        "audit": none(lambda: rows.number.is_(None) & (rows.occurred_at < clock() - _MOVES_WITHIN)),
    }
