"""Row-level security of PostgreSQL: the current viewer, and which rows of a service's tables that viewer can see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.platform.auth.identity import Identity

NOBODY = "00000000-0000-0000-0000-000000000000"

# Valid until the transaction ends. When it is not set, the service itself is at work: event handlers and commands.
_SET_VIEWER = sa.text(
    "SELECT set_config('waymark.staff', :staff, true), set_config('waymark.organisation', :organisation, true),"
    " set_config('waymark.class', :organisation_class, true),"
    " set_config('waymark.roles', CAST(CAST(:roles AS text[]) AS text), true),"
    " set_config('waymark.teams', CAST(CAST(:teams AS text[]) AS text), true),"
    " set_config('waymark.areas', CAST(CAST(:areas AS text[]) AS text), true),"
    " set_config('waymark.at', :at, true)"
)


def _setting(name: str, kind: str) -> str:
    """Returns the setting, or NULL: PostgreSQL may evaluate a condition while planning, before the setting exists."""
    return f"nullif(current_setting('waymark.{name}', true), '')::{kind}"


STAFF, ORGANISATION = _setting("staff", "uuid"), _setting("organisation", "uuid")
ORGANISATION_CLASS, ROLES = _setting("class", "text"), _setting("roles", "text[]")
TEAMS, AREAS = _setting("teams", "uuid[]"), _setting("areas", "text[]")
AT = _setting("at", "timestamptz")
# Without a subquery: for the service itself a row passes without reading another one.
_AT_WORK = f"{STAFF} IS NULL"


@dataclass(frozen=True, kw_only=True)
class RowPolicies:
    """Row policies of a service's tables on PostgreSQL. SQLite has none.

    Revisions contain the SQL as it was when they were written: a changed policy needs a new revision with its new text.
    """

    functions: Sequence[str]
    """Complete `CREATE OR REPLACE FUNCTION` statements: conditions shared by several tables."""
    policies: Mapping[str, str]
    """By table, the SQL condition that must hold for the viewer to see the row."""

    def create(self, connection: sa.Connection) -> None:
        """Creates the policies, replacing existing ones. Run by the owner of the tables, to whom no policy applies."""
        if connection.dialect.name != "postgresql":
            return
        for function in self.functions:
            connection.exec_driver_sql(function)
        for table, condition in self.policies.items():
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"DROP POLICY IF EXISTS need_to_know ON {table}")
            connection.exec_driver_sql(f"CREATE POLICY need_to_know ON {table} USING ({_AT_WORK} OR {condition})")

    def create_with(self, metadata: sa.MetaData) -> None:
        """Creates the policies whenever the tables are created."""

        @sa.event.listens_for(metadata, "after_create")
        def protect(_: sa.MetaData, connection: sa.Connection, *, tables: list[sa.Table], **__: Any) -> None:
            if tables:
                self.create(connection)


def set_viewer(connection: sa.Connection, identity: Identity | None, *, at: datetime) -> None:
    """Sets the viewer and the time for this connection. None means anonymous: no row with a policy is visible."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SET_VIEWER, {**_settings_of(identity), "at": at.isoformat()})


def _settings_of(identity: Identity | None) -> dict[str, object]:
    if identity is None:
        return {
            "staff": NOBODY,
            "organisation": NOBODY,
            "organisation_class": "",
            "roles": [],
            "teams": [],
            "areas": [],
        }
    return {
        "staff": str(identity.staff_id),
        "organisation": str(identity.organisation_id),
        "organisation_class": identity.organisation_class.value,
        "roles": [role.value for role in identity.roles],
        "teams": [str(team_id) for team_id in identity.teams],
        "areas": list(identity.areas),
    }
