"""Triggers by which the database itself refuses incompatible roles. A changed table of roles needs a new revision."""

from typing import Any

import sqlalchemy as sa

from services.accounts.incompatible_roles import INCOMPATIBLE
from services.contracts.codes import OrganisationClass, Role

_MESSAGE = "incompatible roles"

_PAIRS = [(one.role, one.other) for one in INCOMPATIBLE if isinstance(one.other, Role)]
_MEETS = " OR ".join(
    f"(NEW.role = '{one}' AND held.role = '{other}')"
    for one, other in [*_PAIRS, *((other, one) for one, other in _PAIRS)]
)
_OF_CLASS = [(one.role, one.other) for one in INCOMPATIBLE if isinstance(one.other, OrganisationClass)]
_IN_CLASS = " OR ".join(f"({{role}} = '{role}' AND {{of_class}} = '{of_class}')" for role, of_class in _OF_CLASS)

_NEW_ROLE = f"""EXISTS (SELECT 1 FROM staff_roles held WHERE held.staff_id = NEW.staff_id AND ({_MEETS}))
    OR EXISTS (SELECT 1 FROM staff JOIN organisations ON organisations.id = staff.organisation_id
        WHERE staff.id = NEW.staff_id AND ({_IN_CLASS.format(role="NEW.role", of_class="organisation_class")}))"""  # noqa: S608
_NEW_ORGANISATION = f"""EXISTS (SELECT 1 FROM staff_roles held JOIN organisations ON organisations.id = NEW.organisation_id
        WHERE held.staff_id = NEW.id AND ({_IN_CLASS.format(role="held.role", of_class="organisation_class")}))"""  # noqa: S608
_NEW_CLASS = f"""EXISTS (SELECT 1 FROM staff_roles held JOIN staff ON staff.id = held.staff_id
        WHERE staff.organisation_id = NEW.id AND ({_IN_CLASS.format(role="held.role", of_class="NEW.organisation_class")}))"""  # noqa: S608

_TRIGGERS = (
    ("staff_roles", ("INSERT", "UPDATE OF staff_id, role"), _NEW_ROLE),
    ("staff", ("UPDATE OF organisation_id",), _NEW_ORGANISATION),
    ("organisations", ("UPDATE OF organisation_class",), _NEW_CLASS),
)
# Two transactions that each add one role of a pair would not see each other's: the second waits for the first.
_LOCK = {"staff_roles": "\n    PERFORM FROM staff WHERE id = NEW.staff_id FOR NO KEY UPDATE;"}


def refuse_incompatible(last: sa.Table) -> None:
    """Creates the triggers together with the tables, once `last` of them exists."""

    def protect(_target: sa.Table, connection: sa.Connection, **_: Any) -> None:
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    sa.event.listen(last, "after_create", protect)


def statements(dialect: str) -> list[str]:
    """Returns the SQL of the triggers for this engine."""
    make = _sqlite if dialect == "sqlite" else _postgresql
    return [
        statement for table, events, condition in _TRIGGERS for statement in make(table, events=events, when=condition)
    ]


def _sqlite(table: str, *, events: tuple[str, ...], when: str) -> list[str]:
    refuse = f"SELECT RAISE(ABORT, '{_MESSAGE}');"
    return [
        f"CREATE TRIGGER {table}_compatible_{event.split()[0].lower()} BEFORE {event} ON {table}"
        f" WHEN {when} BEGIN {refuse} END"
        for event in events
    ]


def _postgresql(table: str, *, events: tuple[str, ...], when: str) -> list[str]:
    function = f"""CREATE OR REPLACE FUNCTION {table}_compatible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{_LOCK.get(table, "")}
    IF {when} THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{_MESSAGE}';
    END IF;
    RETURN NEW;
END $$"""
    trigger = f"CREATE TRIGGER {table}_compatible BEFORE {' OR '.join(events)} ON {table}"
    return [function, f"{trigger} FOR EACH ROW EXECUTE FUNCTION {table}_compatible()"]
