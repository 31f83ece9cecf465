"""Read queries of the accounts pages, in plain SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.accounts import sessions as live_sessions
from services.accounts import tables
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.web.paging import PageRequest


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    id: UUID
    display_name: str
    sign_in_name: str
    organisation_name: str
    organisation_class: OrganisationClass
    active: bool
    last_signed_in_at: datetime | None
    roles: frozenset[Role]

    @property
    def is_system(self) -> bool:
        """Whether a program uses the account: it sends its token, and never signs in."""
        return self.roles == {Role.PARTNER_SYSTEM}


@dataclass(frozen=True, kw_only=True)
class Member(MemberRow):
    version: int
    teams: frozenset[UUID]
    areas: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class TeamRow:
    id: UUID
    code: str
    name: str
    team_class: RecipientClass
    organisation_name: str
    age_from: int
    age_to: int
    on_call_address: str | None
    active: bool
    version: int
    ended_at: datetime | None
    areas: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    id: UUID
    began_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, kw_only=True)
class GoodToken:
    id: UUID
    issued_at: datetime
    expires_at: datetime
    scopes: str


def members(connection: sa.Connection, page: PageRequest, *, searched: str = "") -> Sequence[MemberRow]:
    """Returns up to one more than the page requests, by name, whose name or sign-in name contains the search text."""
    staff = tables.staff
    asked = _members().order_by(staff.c.display_name, staff.c.id).limit(page.limit + 1)
    if searched:
        asked = asked.where(
            staff.c.display_name.icontains(searched, autoescape=True)
            | staff.c.sign_in_name.icontains(searched, autoescape=True)
        )
    if page.after is not None:
        name, member_id = page.after
        asked = asked.where(
            (staff.c.display_name > name) | ((staff.c.display_name == name) & (staff.c.id > UUID(str(member_id))))
        )
    found = connection.execute(asked).all()
    roles: dict[UUID, set[Role]] = {row.id: set() for row in found}
    held = tables.staff_roles.c
    for row in connection.execute(sa.select(held.staff_id, held.role).where(held.staff_id.in_(roles))):
        roles[row.staff_id].add(row.role)
    return [MemberRow(**row._mapping, roles=frozenset(roles[row.id])) for row in found]


def member(connection: sa.Connection, staff_id: UUID) -> Member | None:
    asked = _members().add_columns(tables.staff.c.version).where(tables.staff.c.id == staff_id)
    found = connection.execute(asked).first()
    if found is None:
        return None
    return Member(
        **found._mapping,
        roles=roles_held(connection, staff_id),
        teams=_held(connection, tables.staff_teams.c.team_id, staff_id),
        areas=_held(connection, tables.staff_areas.c.area, staff_id),
    )


def roles_held(connection: sa.Connection, staff_id: UUID) -> frozenset[Role]:
    """Returns the roles given, usable or not."""
    return _held(connection, tables.staff_roles.c.role, staff_id)


def teams(connection: sa.Connection, *, team_id: UUID | None = None) -> Sequence[TeamRow]:
    """Returns all teams, by name (a partnership has some dozens), or the one of this id."""
    table, organisations = tables.teams, tables.organisations
    asked = (
        sa.select(table, organisations.c.name.label("organisation_name"))
        .join(organisations, organisations.c.id == table.c.organisation_id)
        .order_by(table.c.name, table.c.id)
    )
    if team_id is not None:
        asked = asked.where(table.c.id == team_id)
    areas_of: dict[UUID, set[str]] = {}
    for row in connection.execute(sa.select(tables.team_areas)):
        areas_of.setdefault(row.team_id, set()).add(row.area)
    return [
        TeamRow(
            id=row.id,
            code=row.code,
            name=row.name,
            team_class=row.team_class,
            organisation_name=row.organisation_name,
            age_from=row.age_from,
            age_to=row.age_to,
            on_call_address=row.on_call_address,
            active=row.active,
            version=row.version,
            ended_at=row.ended_at,
            areas=frozenset(areas_of.get(row.id, ())),
        )
        for row in connection.execute(asked)
    ]


def areas(connection: sa.Connection) -> Sequence[tuple[str, str]]:
    """Returns (code, name) of every area, by name."""
    table = tables.areas
    return [(row.code, row.name) for row in connection.execute(sa.select(table).order_by(table.c.name))]


def managed_by_provider(connection: sa.Connection, staff_id: UUID) -> Member | None:
    """Returns the member if the identity provider manages their rights."""
    subjects = tables.provider_subjects
    known = connection.execute(sa.select(subjects.c.staff_id).where(subjects.c.staff_id == staff_id)).first()
    return member(connection, staff_id) if known else None


def open_sessions(connection: sa.Connection, staff_id: UUID, *, at: datetime) -> Sequence[OpenSession]:
    """Returns the member's own sessions, the most recently used first."""
    table = tables.sessions
    asked = (
        sa.select(table.c.id, table.c.began_at, table.c.last_used_at)
        .where(table.c.staff_id == staff_id, live_sessions.is_live(at))
        .order_by(table.c.last_used_at.desc(), table.c.id)
        .limit(100)
    )
    return [OpenSession(**row._mapping) for row in connection.execute(asked)]


def good_tokens(connection: sa.Connection, staff_id: UUID, *, at: datetime) -> Sequence[GoodToken]:
    """Returns the member's own valid tokens, the newest first."""
    table = tables.tokens
    asked = (
        sa.select(table.c.id, table.c.issued_at, table.c.expires_at, table.c.scopes)
        .where(table.c.staff_id == staff_id, table.c.revoked_at.is_(None), table.c.expires_at > at)
        .order_by(table.c.issued_at.desc(), table.c.id)
        .limit(100)
    )
    return [GoodToken(**row._mapping) for row in connection.execute(asked)]


@dataclass(frozen=True, kw_only=True)
class StoredPassword:
    staff_id: UUID
    hash: str
    one_time_until: datetime | None
    """When it expires, if it is a one-time password."""


def stored_password(connection: sa.Connection, sign_in_name: str) -> StoredPassword | None:
    """Returns the password of an active account of this name, if it has one."""
    staff, passwords = tables.staff, tables.passwords
    found = connection.execute(
        sa.select(passwords.c.staff_id, passwords.c.hash, passwords.c.one_time_until)
        .join(staff, passwords.c.staff_id == staff.c.id)
        .where(staff.c.sign_in_name == sign_in_name, staff.c.active)
    ).first()
    return None if found is None else StoredPassword(**found._mapping)


def password_of(connection: sa.Connection, staff_id: UUID) -> str | None:
    """Returns the stored hash of this member, if the account is active."""
    staff, passwords = tables.staff, tables.passwords
    asked = (
        sa.select(passwords.c.hash)
        .join(staff, staff.c.id == passwords.c.staff_id)
        .where(passwords.c.staff_id == staff_id, staff.c.active)
    )
    return connection.execute(asked).scalar_one_or_none()


def organisations(connection: sa.Connection) -> Sequence[tuple[UUID, str]]:
    """Returns (id, name) of every organisation, by name."""
    table = tables.organisations
    return [
        (row.id, row.name) for row in connection.execute(sa.select(table.c.id, table.c.name).order_by(table.c.name))
    ]


def members_of(connection: sa.Connection, team_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Returns (id, name) of those in the team who can sign in, by name."""
    staff, held = tables.staff.c, tables.staff_teams.c
    asked = (
        sa.select(staff.id, staff.display_name)
        .join(tables.staff_teams, held.staff_id == staff.id)
        .where(held.team_id == team_id, staff.active)
        .order_by(staff.display_name)
    )
    return [(row.id, row.display_name) for row in connection.execute(asked)]


def _members() -> sa.Select[tuple[object, ...]]:
    staff, organisations = tables.staff, tables.organisations
    return sa.select(
        staff.c.id,
        staff.c.display_name,
        staff.c.sign_in_name,
        organisations.c.name.label("organisation_name"),
        organisations.c.organisation_class,
        staff.c.active,
        staff.c.last_signed_in_at,
    ).join(organisations, organisations.c.id == staff.c.organisation_id)


def _held(connection: sa.Connection, column: "sa.Column[Any]", staff_id: UUID) -> frozenset[Any]:
    asked = sa.select(column).where(column.table.c.staff_id == staff_id)
    return frozenset(connection.execute(asked).scalars())
