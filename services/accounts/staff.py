"""Use cases: a member of staff is added, or their rights change. Each change is audited and published."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import queries, sessions, tables
from services.accounts.incompatible_roles import check_compatible, usable
from services.accounts.required_scope import check_scope
from services.contracts.accounts import StaffChangedV1
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.platform.i18n import N_


class UnknownMember(NotFound):
    """A member of staff with this id does not exist."""


class NotYourOwn(Conflict):
    """Administrators cannot change their own rights, so that they cannot give themselves more."""

    title = N_("You cannot change your own account")

    def __init__(self) -> None:
        super().__init__(N_("Ask another administrator to change your account."))


class LastAdministrator(Conflict):
    """Without an administrator, roles could not be given again."""

    title = N_("Waymark must have an administrator")

    def __init__(self) -> None:
        super().__init__(N_("This is the last administrator who can sign in. Give another person the role first."))


class NameTaken(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/sign_in_name", N_("Another account has this sign-in name"))])


class UnknownOrganisation(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/organisation_id", N_("Choose from the list"))])


class UnknownTeamOrArea(Invalid):
    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer, N_("Choose from the list"))])


class TeamHasEnded(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/teams", N_("A team that has ended cannot have members"))])


class PoliceInTriage(Invalid):
    """Triage teams read referrals, and police organisations may not."""

    def __init__(self) -> None:
        detail = N_("A member of a police organisation cannot be in a triage team")
        super().__init__(errors=[FieldError("/teams", detail)])


class RightsComeFromProvider(Conflict):
    """The identity provider sets these rights at every sign-in, which would undo a change here."""

    title = N_("Their roles come from your organisation’s sign-in")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Groups of your organisation’s sign-in give these rights: change them there. Here you can only switch "
                "the account off or on."
            )
        )


@dataclass(frozen=True, kw_only=True)
class AddMember:
    sign_in_name: str
    display_name: str
    organisation_id: UUID
    roles: frozenset[Role]
    teams: frozenset[UUID] = frozenset()
    areas: frozenset[str] = frozenset()
    password_hash: str | None = None
    one_time: bool = False
    """Whether the password must be changed at the first sign-in."""


@dataclass(frozen=True, kw_only=True)
class ChangeMember:
    """A member's new rights. `expected_version` is the one that the administrator saw."""

    staff_id: UUID
    expected_version: int
    active: bool
    roles: frozenset[Role]
    teams: frozenset[UUID]
    areas: frozenset[str]


def add_member(command: AddMember, transaction: Transaction, *, one_time_lifetime: timedelta = timedelta(0)) -> UUID:
    """Raises NameTaken, UnknownOrganisation, PlaceNeeded, IncompatibleRoles, PoliceInTriage, UnknownTeamOrArea."""
    staff_id = uuid4()
    connection = transaction.connection
    _check_organisation(connection, command.organisation_id)
    new = {
        "id": staff_id,
        "sign_in_name": command.sign_in_name,
        "display_name": command.display_name,
        "organisation_id": command.organisation_id,
        "active": True,
        "version": 1,
    }
    if not insert_or_ignore(connection, tables.staff, new):
        raise NameTaken
    if command.password_hash is not None:
        until = transaction.at + one_time_lifetime if command.one_time else None
        password = {"staff_id": staff_id, "hash": command.password_hash, "one_time_until": until}
        connection.execute(sa.insert(tables.passwords).values(password))
    _set_rights(transaction, staff_id, command.roles, command.teams, command.areas)
    _check_complete(transaction, staff_id, command)
    transaction.audit("staff.added", subject_type="staff", subject_id=staff_id)
    tell(transaction, staff_id)
    return staff_id


def change_member(command: ChangeMember, transaction: Transaction) -> None:
    """Raises UnknownMember, LastAdministrator, NotYourOwn, RightsComeFromProvider, PlaceNeeded, Stale,
    IncompatibleRoles, PoliceInTriage, UnknownTeamOrArea.
    """
    if transaction.actor is not None:
        _check_administrator_remains(transaction.connection, command)
        if command.staff_id == transaction.actor:
            raise NotYourOwn
        _check_not_managed_by_provider(transaction.connection, command)
    _take_version(transaction, command)
    if command.roles != queries.roles_held(transaction.connection, command.staff_id):
        sessions.revoke_tokens(transaction, command.staff_id)
    _set_rights(transaction, command.staff_id, command.roles, command.teams, command.areas)
    if command.active:
        _check_complete(transaction, command.staff_id, command)
    else:
        sessions.end_everything(transaction, command.staff_id)
    transaction.audit(
        "staff.changed",
        subject_type="staff",
        subject_id=command.staff_id,
        details={
            "version": command.expected_version + 1,
            "active": command.active,
            "roles": sorted(command.roles),
            "teams": sorted(map(str, command.teams)),
            "areas": sorted(command.areas),
        },
    )
    tell(transaction, command.staff_id)


def _check_organisation(connection: sa.Connection, organisation_id: UUID) -> None:
    known = sa.exists().where(tables.organisations.c.id == organisation_id)
    if not connection.execute(sa.select(known)).scalar_one():
        raise UnknownOrganisation


def _check_administrator_remains(connection: sa.Connection, command: ChangeMember) -> None:
    """The rows are locked: when two administrators end each other concurrently, the second is refused."""
    if command.active and Role.ADMINISTRATOR in command.roles:
        return
    staff, roles = tables.staff, tables.staff_roles
    held = (
        sa.select(staff.c.id)
        .where(
            staff.c.active,
            sa.exists().where(roles.c.staff_id == staff.c.id, roles.c.role == Role.ADMINISTRATOR),
        )
        .order_by(staff.c.id)
        .with_for_update()
    )
    if set(connection.execute(held).scalars()) == {command.staff_id}:
        raise LastAdministrator


def tell(transaction: Transaction, staff_id: UUID) -> None:
    """Publishes the member's current state, with the usable roles."""
    connection = transaction.connection
    staff, organisations = tables.staff, tables.organisations
    found = connection.execute(
        sa.select(
            staff.c.id.label("staff_id"),
            staff.c.version,
            staff.c.display_name,
            staff.c.organisation_id,
            organisations.c.name.label("organisation_name"),
            organisations.c.organisation_class,
            staff.c.active,
        )
        .join(organisations, organisations.c.id == staff.c.organisation_id)
        .where(staff.c.id == staff_id)
    ).one()
    lists = {
        "roles": (tables.staff_roles, "role"),
        "teams": (tables.staff_teams, "team_id"),
        "areas": (tables.staff_areas, "area"),
    }
    held = {
        name: sorted(connection.execute(sa.select(table.c[column]).where(table.c.staff_id == staff_id)).scalars())
        for name, (table, column) in lists.items()
    }
    held["roles"] = sorted(usable(held["roles"], found.organisation_class))
    transaction.publish(StaffChangedV1, {**found._mapping, **held})


def _check_not_managed_by_provider(connection: sa.Connection, command: ChangeMember) -> None:
    member = queries.managed_by_provider(connection, command.staff_id)
    if member and (member.roles, member.teams, member.areas) != (command.roles, command.teams, command.areas):
        raise RightsComeFromProvider


def _check_complete(transaction: Transaction, staff_id: UUID, command: AddMember | ChangeMember) -> None:
    """Refuses incomplete input of an administrator; groups of the provider may be incomplete."""
    if transaction.actor is None or queries.managed_by_provider(transaction.connection, staff_id):
        return
    teams = tables.teams.c
    classes = transaction.connection.execute(sa.select(teams.team_class).where(teams.id.in_(command.teams))).scalars()
    check_scope(command.roles, areas=command.areas, team_classes=set(classes))


def _take_version(transaction: Transaction, command: ChangeMember) -> None:
    staff = tables.staff
    written = transaction.connection.execute(
        sa.update(staff)
        .where(staff.c.id == command.staff_id, staff.c.version == command.expected_version)
        .values(active=command.active, version=command.expected_version + 1)
    )
    if written.rowcount == 1:
        return
    if transaction.connection.execute(sa.select(staff.c.id).where(staff.c.id == command.staff_id)).first() is None:
        raise UnknownMember
    raise Stale


def _set_rights(
    transaction: Transaction, staff_id: UUID, roles: frozenset[Role], teams: frozenset[UUID], areas: frozenset[str]
) -> None:
    organisation_class = _organisation_class(transaction.connection, staff_id)
    # An account that has incompatible roles from before can still be switched off, or lose a team.
    if roles != queries.roles_held(transaction.connection, staff_id):
        check_compatible(roles, organisation_class)
        _replace(transaction, tables.staff_roles, staff_id, [{"role": role} for role in roles])
    _check_known(transaction, tables.areas.c.code, areas, "/areas")
    _check_known(transaction, tables.teams.c.id, teams, "/teams")
    _check_not_ended(transaction.connection, staff_id, teams)
    _check_no_police_in_triage(transaction.connection, organisation_class, teams)
    _replace(transaction, tables.staff_teams, staff_id, [{"team_id": team} for team in teams])
    _replace(transaction, tables.staff_areas, staff_id, [{"area": area} for area in areas])


def _replace(transaction: Transaction, table: sa.Table, staff_id: UUID, values: list[dict[str, Any]]) -> None:
    transaction.connection.execute(sa.delete(table).where(table.c.staff_id == staff_id))
    if values:
        transaction.connection.execute(sa.insert(table), [{"staff_id": staff_id, **value} for value in values])


def _check_known(transaction: Transaction, column: "sa.Column[Any]", wanted: Collection[Any], pointer: str) -> None:
    known = set(transaction.connection.execute(sa.select(column).where(column.in_(wanted))).scalars())
    if known != set(wanted):
        raise UnknownTeamOrArea(pointer)


def _check_not_ended(connection: sa.Connection, staff_id: UUID, wanted: frozenset[UUID]) -> None:
    """Locks the rows, so that a team which is being ended gets no new member. An inactive account does not count."""
    staff, teams = tables.staff, tables.teams
    active = connection.execute(sa.select(staff.c.active).where(staff.c.id == staff_id)).scalar_one()
    held = sa.select(teams.c.ended_at).where(teams.c.id.in_(wanted)).order_by(teams.c.id).with_for_update(read=True)
    ended = any(at is not None for at in connection.execute(held).scalars())
    if active and ended:
        raise TeamHasEnded


def _check_no_police_in_triage(
    connection: sa.Connection, organisation_class: OrganisationClass, team_ids: frozenset[UUID]
) -> None:
    teams = tables.teams
    triage = sa.exists().where(teams.c.id.in_(team_ids), teams.c.team_class == RecipientClass.TRIAGE)
    if organisation_class is OrganisationClass.POLICE and connection.execute(sa.select(triage)).scalar_one():
        raise PoliceInTriage


def _organisation_class(connection: sa.Connection, staff_id: UUID) -> OrganisationClass:
    staff, organisations = tables.staff, tables.organisations
    of_member = (
        sa.select(organisations.c.organisation_class)
        .join(staff, staff.c.organisation_id == organisations.c.id)
        .where(staff.c.id == staff_id)
    )
    found: OrganisationClass = connection.execute(of_member).scalar_one()
    return found
