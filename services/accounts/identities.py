"""Who a session or a token belongs to: asked by every service, for every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.accounts import secret, sessions, tables, tokens
from services.kernel.auth.identity import Identity
from services.kernel.clock import Clock
from services.kernel.db.engine import Database

_NOTED_AFTER = timedelta(seconds=30)
"""How old the note of a session's last use may grow before it is written again."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The holder of a secret, and the time from which the secret is good no more, unless it is used before."""

    identity: Identity
    expires_at: datetime


class LocalIdentities:
    """The identity port as a call in one process. Rights are read anew each time: a change counts at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        known = self.known(session=session, bearer=bearer)
        return None if known is None else known.identity

    def known(self, *, session: str | None, bearer: str | None) -> Known | None:
        if bearer is not None:
            return self._by_token(bearer)
        return None if session is None else self._by_session(session)

    def named(self, sign_in_name: str) -> Identity | None:
        """The active account of this sign-in name, for what acts in its place on this machine."""
        with self._database.read() as connection:
            return _identity(connection, tables.staff.c.sign_in_name == sign_in_name, session_id="")

    def _by_token(self, bearer: str) -> Known | None:
        table = tables.tokens
        good = (table.c.secret_digest == secret.digest(bearer)) & tokens.is_good(self._clock())
        with self._database.read() as connection:
            found = connection.execute(sa.select(table).where(good)).first()
            if found is None:
                return None
            identity = _identity(connection, tables.staff.c.id == found.staff_id, session_id=str(found.id))
        return None if identity is None else Known(identity=identity, expires_at=found.expires_at)

    def _by_session(self, session: str) -> Known | None:
        table, at = tables.sessions, self._clock()
        live = (table.c.secret_digest == secret.digest(session)) & sessions.is_live(at)
        with self._database.read() as connection:
            found = connection.execute(sa.select(table).where(live)).first()
            if found is None:
                return None
            identity = _identity(connection, tables.staff.c.id == found.staff_id, session_id=str(found.id))
        if identity is None:
            return None
        if found.last_used_at <= at - _NOTED_AFTER:
            with self._database.write() as connection:
                connection.execute(sa.update(table).where(live, table.c.id == found.id).values(last_used_at=at))
        return Known(identity=identity, expires_at=min(at + sessions.IDLE, found.began_at + sessions.LONGEST))


def _identity(connection: sa.Connection, which: sa.ColumnElement[bool], *, session_id: str) -> Identity | None:
    staff, organisations = tables.staff, tables.organisations
    found = connection.execute(
        sa.select(staff, organisations.c.name.label("organisation_name"), organisations.c.organisation_class)
        .join(organisations, organisations.c.id == staff.c.organisation_id)
        .where(which, staff.c.active)
    ).first()
    if found is None:
        return None
    return Identity(
        staff_id=found.id,
        display_name=found.display_name,
        organisation_id=found.organisation_id,
        organisation_name=found.organisation_name,
        organisation_class=found.organisation_class,
        session_id=session_id,
        **_rights(connection, found.id),
    )


def _rights(connection: sa.Connection, staff_id: object) -> Mapping[str, Any]:
    columns = {
        "roles": tables.staff_roles.c.role,
        "teams": tables.staff_teams.c.team_id,
        "areas": tables.staff_areas.c.area,
    }
    return {
        name: frozenset(connection.execute(sa.select(column).where(column.table.c.staff_id == staff_id)).scalars())
        for name, column in columns.items()
    }
