"""What readiness tells of every service: whether anything it was given stands still."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import sqlalchemy as sa

from services.kernel.clock import Clock
from services.kernel.db.engine import Database
from services.kernel.db.tables import KernelTables

_MOVES_WITHIN = timedelta(seconds=60)


def checks(database: Database, tables: KernelTables, clock: Clock) -> Mapping[str, Callable[[], bool]]:
    """By name; each looks at an index, whichever process does the work.

    `dead_letters` is false while one waits: a consumer stops after ten in a row, and leaves them to be seen here.
    """
    letters, outbox, rows = tables.dead_letters.c, tables.outbox.c, tables.audit_rows.c

    def none(condition: Callable[[], sa.ColumnElement[bool]]) -> Callable[[], bool]:
        def holds() -> bool:
            with database.read() as connection:
                return not connection.execute(sa.select(sa.exists().where(condition()))).scalar_one()

        return holds

    return {
        "dead_letters": none(lambda: letters.redriven_at.is_(None)),
        "outbox": none(lambda: outbox.published_at.is_(None) & (outbox.created_at < clock() - _MOVES_WITHIN)),
        "audit": none(lambda: rows.number.is_(None) & (rows.occurred_at < clock() - _MOVES_WITHIN)),
    }
