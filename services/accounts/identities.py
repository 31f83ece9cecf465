"""Resolves the holder of a session or a token, for every request of every service."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.accounts import failed_sign_ins, secret, sessions, tables, tokens
from services.accounts.incompatible_roles import usable
from services.platform.auth.identity import Identity
from services.platform.clock import Clock
from services.platform.db.engine import Database
from services.platform.operations import logs

_NOTED_AFTER = timedelta(seconds=30)
"""Age at which the time of a session's last use is updated."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The holder of a secret, and when the secret expires unless it is used before."""

    identity: Identity
    expires_at: datetime


class LocalIdentities:
    """The identity port as a call in one process. Reads the rights each time: a change takes effect immediately."""

    def __init__(
        self, database: Database, clock: Clock, *, failures_per_minute: int = failed_sign_ins.PER_MINUTE
    ) -> None:
        self._database = database
        self._clock = clock
        self._failures_per_minute = failures_per_minute

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        known = self.known(session=session, bearer=bearer)
        return None if known is None else known.identity

    def known(self, *, session: str | None, bearer: str | None) -> Known | None:
        if bearer is not None:
            return self._by_token(bearer)
        return None if session is None else self._by_session(session)

    def named(self, sign_in_name: str) -> Identity | None:
        """Returns the active account of this sign-in name, for a program that acts for it on this machine."""
        with self._database.read() as connection:
            found = connection.execute(_NAMED, {"name": sign_in_name}).first()
            return None if found is None else _identity(connection, found, session_id="")

    def _by_token(self, bearer: str) -> Known | None:
        with self._database.read() as connection:
            found = connection.execute(_BY_TOKEN, {"digest": secret.digest(bearer), "at": self._clock()}).first()
            identity = None if found is None else _identity(connection, found, session_id=str(found.secret_id))
            account = None if found else connection.execute(_TOKEN_OF, {"digest": secret.digest(bearer)}).scalar()
        if found is None or identity is None:
            self._failed(account)
            return None
        return _known(replace(identity, scopes=frozenset(found.scopes.split())), found.expires_at)

    def _failed(self, account: UUID | None) -> None:
        """Records the use of an invalid token. A database error does not prevent the response."""
        try:
            failed_sign_ins.record(
                self._database,
                at=self._clock(),
                account=account,
                reason="token",
                per_minute=self._failures_per_minute,
            )
        except sa.exc.SQLAlchemyError as error:
            logs.failure(error)

    def _by_session(self, session: str) -> Known | None:
        at = self._clock()
        live = {"digest": secret.digest(session), **sessions.limits(at)}
        with self._database.read() as connection:
            found = connection.execute(_BY_SESSION, live).first()
            if found is None:
                return None
            identity = _identity(connection, found, session_id=str(found.secret_id))
        last_used_at = found.last_used_at
        if last_used_at <= at - _NOTED_AFTER:
            with self._database.write() as connection:
                connection.execute(_USED, {**live, "at": at})
            last_used_at = at
        # From the stored time: a use that is not stored yet does not extend the session.
        return _known(identity, min(last_used_at + sessions.IDLE, found.began_at + sessions.LONGEST))


def _known(identity: Identity, expires_at: datetime) -> Known:
    return Known(identity=replace(identity, expires_at=expires_at), expires_at=expires_at)


def _identity(connection: sa.Connection, found: sa.Row[Any], *, session_id: str) -> Identity:
    of_staff = {"staff_id": found.id}
    roles = frozenset(connection.scalars(_ROLES, of_staff))
    return Identity(
        staff_id=found.id,
        display_name=found.display_name,
        organisation_id=found.organisation_id,
        organisation_name=found.organisation_name,
        organisation_class=found.organisation_class,
        session_id=session_id,
        roles=usable(roles, found.organisation_class),
        teams=frozenset(connection.scalars(_TEAMS, of_staff)),
        areas=frozenset(connection.scalars(_AREAS, of_staff)),
    )


# Built once: every request of every service uses it.
_HOLDER = (
    sa.select(
        tables.staff,
        tables.organisations.c.name.label("organisation_name"),
        tables.organisations.c.organisation_class,
    )
    .select_from(tables.staff)
    .join(tables.organisations, tables.organisations.c.id == tables.staff.c.organisation_id)
    .where(tables.staff.c.active)
)
_NAMED = _HOLDER.where(tables.staff.c.sign_in_name == sa.bindparam("name"))
_BY_TOKEN = (
    _HOLDER.add_columns(tables.tokens.c.id.label("secret_id"), tables.tokens.c.expires_at, tables.tokens.c.scopes)
    .join(tables.tokens, tables.tokens.c.staff_id == tables.staff.c.id)
    .where(tables.tokens.c.secret_digest == sa.bindparam("digest"), tokens.is_good(sa.bindparam("at")))
)
_TOKEN_OF = sa.select(tables.tokens.c.staff_id).where(tables.tokens.c.secret_digest == sa.bindparam("digest"))
_LIVE = tables.sessions.c.secret_digest == sa.bindparam("digest")
_LIVE &= sessions.used_and_begun_after(sa.bindparam("idle_since"), sa.bindparam("open_since"))
_BY_SESSION = (
    _HOLDER.add_columns(
        tables.sessions.c.id.label("secret_id"), tables.sessions.c.began_at, tables.sessions.c.last_used_at
    )
    .join(tables.sessions, tables.sessions.c.staff_id == tables.staff.c.id)
    .where(_LIVE)
)
_USED = sa.update(tables.sessions).where(_LIVE).values(last_used_at=sa.bindparam("at"))
_ITS_STAFF: sa.BindParameter[UUID] = sa.bindparam("staff_id")
_ROLES = sa.select(tables.staff_roles.c.role).where(tables.staff_roles.c.staff_id == _ITS_STAFF)
_TEAMS = sa.select(tables.staff_teams.c.team_id).where(tables.staff_teams.c.staff_id == _ITS_STAFF)
_AREAS = sa.select(tables.staff_areas.c.area).where(tables.staff_areas.c.staff_id == _ITS_STAFF)
