"""Tables whose rows cannot be changed or deleted: triggers in the schema refuse it.

An erasure needs its own procedure, run by the owner of the tables, that bypasses the triggers.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.platform.db.tables import APPEND_ONLY

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_TABLE_NAME || ' is append-only';
END $$
"""


def protect(table: sa.Table, *, filled_once: Sequence[str] = ()) -> None:
    """Makes the table append-only when it is created, except for columns that are filled once, together, later."""
    table.info[APPEND_ONLY] = tuple(filled_once)
    fixed = [column.name for column in table.columns if column.name not in filled_once]

    def protect(target: sa.Table, connection: sa.Connection, **_: Any) -> None:
        for statement in statements(connection.dialect.name, target.name, fixed=fixed, filled_once=filled_once):
            connection.exec_driver_sql(statement)

    sa.event.listen(table, "after_create", protect)


def statements(dialect: str, table: str, *, fixed: Sequence[str], filled_once: Sequence[str] = ()) -> list[str]:
    """Returns the SQL of the triggers, also for a revision.

    The first column in `filled_once` must not be NULL when filled.
    """
    make = _sqlite if dialect == "sqlite" else _postgresql
    found = [make(f"{table}_stands", table, f"UPDATE OF {', '.join(fixed)}"), make(f"{table}_stays", table, "DELETE")]
    if filled_once:
        when = f"OLD.{filled_once[0]} IS NOT NULL"
        found.append(make(f"{table}_filled_once", table, f"UPDATE OF {', '.join(filled_once)}", when=when))
    if dialect == "sqlite":
        return found
    at_once = f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()"
    return [_FUNCTION, *found, at_once]


def _sqlite(name: str, table: str, event: str, *, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only');"
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}BEGIN {refuse} END"


def _postgresql(name: str, table: str, event: str, *, when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition}EXECUTE FUNCTION refuse_change()"
