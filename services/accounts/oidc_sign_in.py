"""Use case: a person signs in at the identity provider, with the rights of their groups."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.accounts import queries, staff, tables
from services.accounts.sessions import BeginSession, begin_session
from services.accounts.sign_in import plain_name
from services.contracts.codes import Role
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Conflict, Forbidden
from services.platform.i18n import N_

# A directory that writes groups as paths begins them with a slash.
_GROUP = re.compile(r"/?waymark:(role|team|area|organisation):([a-z0-9_-]{1,64})")
_MAX_NAME = 100


class NoPlaceHere(Forbidden):
    """The provider knows the person, but their groups give no access, or an administrator switched the account off."""

    title = N_("You cannot use Waymark yet")

    def __init__(self) -> None:
        super().__init__(N_("Your organisation's sign-in gives you no role in Waymark. Ask your administrator."))


class SignedInTwice(Conflict):
    """Two first sign-ins of one person at the same time: the other one created the account."""

    title = N_("Sign-in failed")

    def __init__(self) -> None:
        super().__init__(N_("Start again from the sign-in page. If it happens again, tell your administrator."))


@dataclass(frozen=True, kw_only=True)
class SignInVouchedFor:
    """`ending` is the secret of the session that this browser held before, if any."""

    issuer: str
    subject: str
    provider_username: str
    display_name: str
    groups: Sequence[str]
    ending: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Rights:
    organisation_id: UUID
    roles: frozenset[Role]
    teams: frozenset[UUID]
    areas: frozenset[str]


def command_of(claims: Mapping[str, Any], *, ending: str | None) -> SignInVouchedFor:
    """From the claims of a checked ID token. Ignores a claim of a wrong type."""
    groups, provider_username = claims.get("groups"), str(claims.get("preferred_username") or "")[:_MAX_NAME]
    name = " ".join(str(claims.get("name") or provider_username).split())[:_MAX_NAME]
    return SignInVouchedFor(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        provider_username=provider_username,
        display_name=name or "—",
        groups=[group for group in groups if isinstance(group, str)] if isinstance(groups, list) else [],
        ending=ending,
    )


def sign_in_from_provider(command: SignInVouchedFor, transaction: Transaction) -> str:
    """Returns the secret of a new session.

    Raises NoPlaceHere, SwitchedOff, IncompatibleRoles, PoliceInTriage, SignedInTwice.
    """
    rights = _rights(transaction.connection, command.groups)
    staff_id = member_of(transaction.connection, command)
    if staff_id is None:
        staff_id = _add(command, rights, transaction)
    else:
        _bring_up_to_date(staff_id, command, rights, transaction)
    return begin_session(BeginSession(staff_id=staff_id, ending=command.ending), transaction)


def _rights(connection: sa.Connection, groups: Sequence[str]) -> _Rights:
    """Returns the rights that the groups give. Ignores unknown groups."""
    named: dict[str, set[str]] = {"role": set(), "team": set(), "area": set(), "organisation": set()}
    for group in groups:
        if match := _GROUP.fullmatch(group):
            named[match[1]].add(match[2])
    organisations = _ids(connection, tables.organisations.c.id, tables.organisations.c.code, named["organisation"])
    roles = frozenset(role for role in Role if role.value in named["role"])
    if len(organisations) != 1 or not roles:
        raise NoPlaceHere
    return _Rights(
        organisation_id=next(iter(organisations)),
        roles=roles,
        teams=_ids(
            connection, tables.teams.c.id, tables.teams.c.code, named["team"], tables.teams.c.ended_at.is_(None)
        ),
        areas=_ids(connection, tables.areas.c.code, tables.areas.c.code, named["area"]),
    )


def _ids(
    connection: sa.Connection,
    wanted: "sa.Column[Any]",
    code: "sa.Column[Any]",
    codes: set[str],
    *also: sa.ColumnElement[bool],
) -> frozenset[Any]:
    return frozenset(connection.execute(sa.select(wanted).where(code.in_(codes), *also)).scalars())


def member_of(connection: sa.Connection, command: SignInVouchedFor) -> UUID | None:
    """Returns the account, if the person has signed in before."""
    subjects = tables.provider_subjects.c
    found: UUID | None = connection.execute(
        sa.select(subjects.staff_id).where(subjects.issuer == command.issuer, subjects.subject == command.subject)
    ).scalar_one_or_none()
    return found


def _add(command: SignInVouchedFor, rights: _Rights, transaction: Transaction) -> UUID:
    """Raises SignedInTwice."""
    made = "provider-" + hashlib.sha256(f"{command.issuer} {command.subject}".encode()).hexdigest()[:32]
    member = staff.AddMember(
        sign_in_name=plain_name(command.provider_username) or made,
        display_name=command.display_name,
        organisation_id=rights.organisation_id,
        roles=rights.roles,
        teams=rights.teams,
        areas=rights.areas,
    )
    try:
        staff_id = staff.add_member(member, transaction)
    except staff.NameTaken:
        # The name alone gives no access: the account has no password.
        staff_id = staff.add_member(replace(member, sign_in_name=made), transaction)
    new = {"issuer": command.issuer, "subject": command.subject, "staff_id": staff_id}
    if not insert_or_ignore(transaction.connection, tables.provider_subjects, new):
        raise SignedInTwice
    return staff_id


def _bring_up_to_date(staff_id: UUID, command: SignInVouchedFor, rights: _Rights, transaction: Transaction) -> None:
    """Raises NoPlaceHere for a member whom an administrator has switched off."""
    connection, of_member = transaction.connection, tables.staff.c.id == staff_id
    held = queries.member(connection, staff_id)
    organisation_id = connection.execute(sa.select(tables.staff.c.organisation_id).where(of_member)).scalar_one()
    if held is None or not held.active:
        raise NoPlaceHere
    was = (held.display_name, organisation_id, held.roles, held.teams, held.areas)
    if was == (command.display_name, rights.organisation_id, rights.roles, rights.teams, rights.areas):
        return
    # Roles depend on the organisation that gave them: the new one may be of a class that cannot hold them.
    connection.execute(sa.delete(tables.staff_roles).where(tables.staff_roles.c.staff_id == staff_id))
    connection.execute(
        sa.update(tables.staff)
        .where(of_member)
        .values(display_name=command.display_name, organisation_id=rights.organisation_id)
    )
    staff.change_member(
        staff.ChangeMember(
            staff_id=staff_id,
            expected_version=held.version,
            active=True,
            roles=rights.roles,
            teams=rights.teams,
            areas=rights.areas,
        ),
        transaction,
    )
