"""Use cases: a team is added or changed. Routing reads what is said here: class, areas, ages, on-call address."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import tables
from services.contracts.accounts import TeamChangedV1
from services.contracts.codes import OrganisationClass, RecipientClass
from services.kernel.db.transaction import Transaction
from services.kernel.errors import FieldError, Invalid, NotFound, Stale
from services.kernel.text import N_


class UnknownTeam(NotFound):
    """No team has this id."""


class AgesReversed(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/age_to", N_("Enter an oldest age that is not below the youngest"))])


class UnknownArea(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/areas", N_("Choose from the list"))])


class PoliceTriageTeam(Invalid):
    """No triage team is of a police organisation."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("", N_("A police organisation cannot have a triage team"))])


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
    """How a team is from now on. Its class and organisation stay: cases stand on them."""

    team_id: UUID
    expected_version: int
    name: str
    areas: frozenset[str]
    age_from: int
    age_to: int
    on_call_address: str | None
    active: bool


def add_team(command: AddTeam, transaction: Transaction) -> UUID:
    """Raises AgesReversed, UnknownArea, PoliceTriageTeam."""
    _check_ages(command.age_from, command.age_to)
    if command.team_class is RecipientClass.TRIAGE:
        _check_not_police(transaction, command.organisation_id)
    team_id = uuid4()
    transaction.connection.execute(
        sa.insert(tables.teams).values(
            id=team_id,
            code=command.code,
            name=command.name,
            team_class=command.team_class,
            organisation_id=command.organisation_id,
            age_from=command.age_from,
            age_to=command.age_to,
            on_call_address=command.on_call_address,
            active=True,
            version=1,
        )
    )
    _set_areas(transaction, team_id, command.areas)
    transaction.audit("team.added", subject_type="team", subject_id=team_id)
    tell(transaction, team_id)
    return team_id


def change_team(command: ChangeTeam, transaction: Transaction) -> None:
    """Raises UnknownTeam, Stale, AgesReversed, UnknownArea."""
    _check_ages(command.age_from, command.age_to)
    teams = tables.teams
    written = transaction.connection.execute(
        sa.update(teams)
        .where(teams.c.id == command.team_id, teams.c.version == command.expected_version)
        .values(
            name=command.name,
            age_from=command.age_from,
            age_to=command.age_to,
            on_call_address=command.on_call_address,
            active=command.active,
            version=command.expected_version + 1,
        )
    )
    if written.rowcount != 1:
        known = sa.select(teams.c.id).where(teams.c.id == command.team_id)
        raise Stale if transaction.connection.execute(known).first() else UnknownTeam
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


def tell(transaction: Transaction, team_id: UUID) -> None:
    """Publish the team as it now is."""
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


def _check_not_police(transaction: Transaction, organisation_id: UUID) -> None:
    organisations = tables.organisations
    asked = sa.select(organisations.c.organisation_class).where(organisations.c.id == organisation_id)
    if transaction.connection.execute(asked).scalar_one() is OrganisationClass.POLICE:
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
