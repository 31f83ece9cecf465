"""Row-level security of PostgreSQL: who reads, and which rows of a service's tables are there for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.platform.auth.identity import Identity

NOBODY = "00000000-0000-0000-0000-000000000000"

# Until the transaction ends. Where nothing was told, the service itself is at work: it hears events and runs commands.
_TELL = sa.text(
    "SELECT set_config('waymark.staff', :staff, true), set_config('waymark.organisation', :organisation, true),"
    " set_config('waymark.class', :organisation_class, true),"
    " set_config('waymark.roles', CAST(CAST(:roles AS text[]) AS text), true),"
    " set_config('waymark.teams', CAST(CAST(:teams AS text[]) AS text), true),"
    " set_config('waymark.areas', CAST(CAST(:areas AS text[]) AS text), true),"
    " set_config('waymark.at', :at, true)"
)


def _told_as(name: str, kind: str) -> str:
    """What was told, or NULL: PostgreSQL may work out a condition in order to plan, before anybody was told of."""
    return f"nullif(current_setting('waymark.{name}', true), '')::{kind}"


STAFF, ORGANISATION = _told_as("staff", "uuid"), _told_as("organisation", "uuid")
ORGANISATION_CLASS, ROLES = _told_as("class", "text"), _told_as("roles", "text[]")
TEAMS, AREAS = _told_as("teams", "uuid[]"), _told_as("areas", "text[]")
AT = _told_as("at", "timestamptz")
# Without a subquery: a row is let in for the service without a look at any other.
_AT_WORK = f"{STAFF} IS NULL"


@dataclass(frozen=True, kw_only=True)
class RowPolicies:
    """The policies of a service's tables. SQLite has none.

    Revisions hold the SQL as it was when they were written: a changed policy needs a new revision with its new text.
    """

    functions: Sequence[str]
    """Each a whole `CREATE OR REPLACE FUNCTION`: what several tables ask."""
    policies: Mapping[str, str]
    """By table, the condition under which whoever reads may know of the row, in SQL."""

    def create(self, connection: sa.Connection) -> None:
        """In place of the one that stands. Run by whoever owns the tables, whom no policy holds."""
        if connection.dialect.name != "postgresql":
            return
        for function in self.functions:
            connection.exec_driver_sql(function)
        for table, condition in self.policies.items():
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"DROP POLICY IF EXISTS need_to_know ON {table}")
            connection.exec_driver_sql(f"CREATE POLICY need_to_know ON {table} USING ({_AT_WORK} OR {condition})")

    def create_with(self, metadata: sa.MetaData) -> None:
        """It is put up whenever the tables are made."""

        @sa.event.listens_for(metadata, "after_create")
        def protect(_: sa.MetaData, connection: sa.Connection, *, tables: list[sa.Table], **__: Any) -> None:
            if tables:
                self.create(connection)


def tell(connection: sa.Connection, identity: Identity | None, *, at: datetime) -> None:
    """From here on the connection reads for this person, at this moment. None is nobody: no row of a policy is theirs."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TELL, {**_told(identity), "at": at.isoformat()})


def _told(identity: Identity | None) -> dict[str, object]:
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
