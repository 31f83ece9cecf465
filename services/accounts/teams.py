"""Use cases: a team is added or changed. Routing uses its class, areas, ages and on-call address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import queries, tables
from services.accounts.staff import UnknownOrganisation
from services.contracts.accounts import TeamChangedV1
from services.contracts.codes import OrganisationClass, RecipientClass
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.platform.i18n import N_


class UnknownTeam(NotFound):
    """A team with this id does not exist."""


class AgesReversed(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/age_to", N_("Oldest age must be the same as or above the youngest age"))])


class UnknownArea(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/areas", N_("Choose from the list"))])


class PoliceTriageTeam(Invalid):
    """A police organisation cannot have a triage team."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("", N_("A police organisation cannot have a triage team"))])


class CodeTaken(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/code", N_("Another team has this code"))])


TAKES_CASES = FieldError(
    "/active", N_("It takes new cases. Choose “No” under “Does the team take new cases?” and save the changes")
)
"""A case in transit to a team must find it."""
HAS_MEMBERS = FieldError(
    "",
    N_(
        "It has members who can sign in. Have their cases closed or given to another team, then take them out of this "
        "team"
    ),
)
"""A member of an ended team would still see its cases."""


class CannotEnd(Conflict):
    title = N_("This team cannot end yet")


class TeamEnded(Conflict):
    title = N_("This team has ended")

    def __init__(self) -> None:
        super().__init__(N_("Bring it back first. Then change it."))


@dataclass(frozen=True, kw_only=True)
class AddTeam:
    code: str
    name: str
    team_class: RecipientClass
    organisation_id: UUID
    areas: frozenset[str]
    age_from: int
    age_to: int
    on_call_address: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeTeam:
    """The new state of a team. Its class and organisation stay: cases depend on them."""

    team_id: UUID
    expected_version: int
    name: str
    areas: frozenset[str]
    age_from: int
    age_to: int
    on_call_address: str | None
    active: bool


@dataclass(frozen=True, kw_only=True)
class EndTeam:
    team_id: UUID
    expected_version: int


@dataclass(frozen=True, kw_only=True)
class BringTeamBack:
    """The team can be changed again. It takes new cases only after a change that enables it."""

    team_id: UUID
    expected_version: int


def add_team(command: AddTeam, transaction: Transaction) -> UUID:
    """Raises CodeTaken, AgesReversed, UnknownArea, UnknownOrganisation, PoliceTriageTeam."""
    _check_ages(command.age_from, command.age_to)
    _check_organisation(transaction, command)
    team_id = uuid4()
    new = {
        "id": team_id,
        "code": command.code,
        "name": command.name,
        "team_class": command.team_class,
        "organisation_id": command.organisation_id,
        "age_from": command.age_from,
        "age_to": command.age_to,
        "on_call_address": command.on_call_address,
        "active": True,
        "version": 1,
        "ended_at": None,
    }
    if not insert_or_ignore(transaction.connection, tables.teams, new):
        raise CodeTaken
    _set_areas(transaction, team_id, command.areas)
    transaction.audit("team.added", subject_type="team", subject_id=team_id)
    tell(transaction, team_id)
    return team_id


def change_team(command: ChangeTeam, transaction: Transaction) -> None:
    """Raises UnknownTeam, Stale, TeamEnded, AgesReversed, UnknownArea."""
    _check_ages(command.age_from, command.age_to)
    teams = tables.teams
    if _held(transaction, command.team_id, command.expected_version).ended_at is not None:
        raise TeamEnded
    transaction.connection.execute(
        sa.update(teams)
        .where(teams.c.id == command.team_id)
        .values(
            name=command.name,
            age_from=command.age_from,
            age_to=command.age_to,
            on_call_address=command.on_call_address,
            active=command.active,
            version=command.expected_version + 1,
        )
    )
    _set_areas(transaction, command.team_id, command.areas)
    transaction.audit(
        "team.changed",
        subject_type="team",
        subject_id=command.team_id,
        details={
            "version": command.expected_version + 1,
            "active": command.active,
            "areas": sorted(command.areas),
            "ages": [command.age_from, command.age_to],
        },
    )
    tell(transaction, command.team_id)


def end_team(command: EndTeam, transaction: Transaction) -> None:
    """Raises UnknownTeam, Stale, TeamEnded, CannotEnd."""
    team = _held(transaction, command.team_id, command.expected_version)
    if team.ended_at is not None:
        raise TeamEnded
    if found := obstacles(active=team.active, members=queries.members_of(transaction.connection, command.team_id)):
        raise CannotEnd(errors=found)
    _note_end(transaction, command.team_id, command.expected_version, ended_at=transaction.at)
    transaction.audit("team.ended", subject_type="team", subject_id=command.team_id)


def obstacles(*, active: bool, members: Collection[tuple[UUID, str]]) -> list[FieldError]:
    """Returns every reason why a team cannot end."""
    return [*([TAKES_CASES] if active else []), *([HAS_MEMBERS] if members else [])]


def bring_team_back(command: BringTeamBack, transaction: Transaction) -> None:
    """Raises UnknownTeam, Stale."""
    if _held(transaction, command.team_id, command.expected_version).ended_at is None:
        return
    _note_end(transaction, command.team_id, command.expected_version, ended_at=None)
    transaction.audit("team.brought_back", subject_type="team", subject_id=command.team_id)


def _held(transaction: Transaction, team_id: UUID, expected_version: int) -> sa.Row[Any]:
    """Returns the team, locked until the transaction ends. Raises UnknownTeam, Stale."""
    teams = tables.teams
    found = transaction.connection.execute(sa.select(teams).where(teams.c.id == team_id).with_for_update()).first()
    if found is None:
        raise UnknownTeam
    if found.version != expected_version:
        raise Stale
    return found


def _note_end(transaction: Transaction, team_id: UUID, expected_version: int, *, ended_at: datetime | None) -> None:
    teams = tables.teams
    changed = sa.update(teams).where(teams.c.id == team_id)
    transaction.connection.execute(changed.values(ended_at=ended_at, version=expected_version + 1))
    tell(transaction, team_id)


def tell(transaction: Transaction, team_id: UUID) -> None:
    """Publishes the team's current state."""
    teams, organisations, areas, team_areas = tables.teams, tables.organisations, tables.areas, tables.team_areas
    found = transaction.connection.execute(
        sa.select(teams, organisations.c.organisation_class)
        .join(organisations, organisations.c.id == teams.c.organisation_id)
        .where(teams.c.id == team_id)
    ).one()
    served = (
        sa.select(areas.c.code, areas.c.name)
        .join(team_areas, team_areas.c.area == areas.c.code)
        .where(team_areas.c.team_id == team_id)
        .order_by(areas.c.code)
    )
    names = {row.code: row.name for row in transaction.connection.execute(served)}
    transaction.publish(
        TeamChangedV1,
        {
            "team_id": team_id,
            "version": found.version,
            "team_code": found.code,
            "name": found.name,
            "team_class": found.team_class,
            "organisation_class": found.organisation_class,
            "areas": list(names),
            "area_names": names,
            "age_from": found.age_from,
            "age_to": found.age_to,
            "on_call_address": found.on_call_address,
            "active": found.active,
        },
    )


def _check_ages(age_from: int, age_to: int) -> None:
    if age_from > age_to:
        raise AgesReversed


def _check_organisation(transaction: Transaction, command: AddTeam) -> None:
    organisations = tables.organisations
    asked = sa.select(organisations.c.organisation_class).where(organisations.c.id == command.organisation_id)
    found = transaction.connection.execute(asked).scalar_one_or_none()
    if found is None:
        raise UnknownOrganisation
    if found is OrganisationClass.POLICE and command.team_class is RecipientClass.TRIAGE:
        raise PoliceTriageTeam


def _set_areas(transaction: Transaction, team_id: UUID, wanted: frozenset[str]) -> None:
    areas, team_areas = tables.areas, tables.team_areas
    known = set(transaction.connection.execute(sa.select(areas.c.code).where(areas.c.code.in_(wanted))).scalars())
    if known != wanted:
        raise UnknownArea
    transaction.connection.execute(sa.delete(team_areas).where(team_areas.c.team_id == team_id))
    if wanted:
        rows = [{"team_id": team_id, "area": area} for area in sorted(wanted)]
        transaction.connection.execute(sa.insert(team_areas), rows)
