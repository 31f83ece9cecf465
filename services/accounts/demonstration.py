"""The invented staff, teams and areas of the demonstration; loaded in demonstration mode only."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import passwords, tables
from services.accounts.staff import AddMember
from services.accounts.teams import AddTeam
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Forbidden, NotFound
from services.platform.service import Service
from services.platform.web.current import site_of

WORLD = Path(__file__).with_name("demonstration.toml")


class DemonstrationOnly(Forbidden):
    """The demonstration's people and their password do not exist in an installation that takes real referrals."""

    def __init__(self) -> None:
        super().__init__("This exists in demonstration mode only.")


class NobodyHasRole(NotFound):
    """The demonstration has no person with this name or role."""

    def __init__(self) -> None:
        super().__init__("Nobody of the demonstration has this name.")


@dataclass(frozen=True)
class DemonstrationAccount:
    sign_in_name: str
    display_name: str
    roles: frozenset[Role]


def load_demonstration(service: Service, *, password: str) -> tuple[DemonstrationAccount, ...]:
    """Adds what is missing of the demonstration's organisation, each with this password; existing rows stay unchanged.

    Raises DemonstrationOnly outside demonstration mode.
    """
    _require_demonstration(service)
    world = tomllib.loads(WORLD.read_text(encoding="utf-8"))
    _add_places(service, world)
    organisations = _ids(service, tables.organisations, "code")
    _add_teams(service, world["teams"], organisations)
    _add_staff(service, world["staff"], organisations, passwords.hashed(password))
    return accounts()


def accounts() -> tuple[DemonstrationAccount, ...]:
    """The accounts of the demonstration, in the file's order."""
    world = tomllib.loads(WORLD.read_text(encoding="utf-8"))
    return tuple(
        DemonstrationAccount(name, member["name"], frozenset(map(Role, member["roles"])))
        for name, member in world["staff"].items()
    )


def _require_demonstration(service: Service) -> None:
    if not site_of(service.app).demonstration:
        raise DemonstrationOnly


def _add_places(service: Service, world: Mapping[str, Any]) -> None:
    with service.dispatcher.transaction(actor=None) as transaction:
        for code, name in world["areas"].items():
            insert_or_ignore(transaction.connection, tables.areas, {"code": code, "name": name})
        for code, body in world["organisations"].items():
            row = {"code": code, "name": body["name"], "organisation_class": OrganisationClass(body["class"])}
            insert_or_ignore(transaction.connection, tables.organisations, {"id": uuid4(), **row})


def _add_teams(service: Service, teams: Mapping[str, Any], organisations: Mapping[str, UUID]) -> None:
    held = _ids(service, tables.teams, "code")
    for code, team in teams.items():
        if code in held:
            continue
        command = AddTeam(
            code=code,
            name=team["name"],
            team_class=RecipientClass(team["class"]),
            organisation_id=organisations[team["organisation"]],
            areas=frozenset(team["areas"]),
            age_from=team["ages"][0],
            age_to=team["ages"][1],
            on_call_address=team.get("on_call"),
        )
        service.dispatcher.handle(command, actor=None)


def _add_staff(
    service: Service, staff: Mapping[str, Any], organisations: Mapping[str, UUID], password_hash: str
) -> None:
    held = _ids(service, tables.staff, "sign_in_name")
    teams = _ids(service, tables.teams, "code")
    for sign_in_name, member in staff.items():
        if sign_in_name in held:
            continue
        command = AddMember(
            sign_in_name=sign_in_name,
            display_name=member["name"],
            organisation_id=organisations[member["organisation"]],
            roles=frozenset(map(Role, member["roles"])),
            teams=frozenset(teams[code] for code in member.get("teams", ())),
            areas=frozenset(member.get("areas", ())),
            password_hash=password_hash,
        )
        service.dispatcher.handle(command, actor=None)


def _ids(service: Service, table: sa.Table, column: str) -> dict[str, UUID]:
    with service.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(sa.select(table.c[column], table.c.id))}
