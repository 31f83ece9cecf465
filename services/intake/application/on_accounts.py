"""Event handlers for teams and staff. A recipient class's organisation classes decide which gateways apply to it."""

from dataclasses import dataclass
from uuid import UUID

from services.contracts.codes import OrganisationClass, RecipientClass
from services.intake.application.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ApplyTeam:
    team_id: UUID
    version: int
    team_class: RecipientClass
    organisation_class: OrganisationClass
    active: bool


def on_team(command: ApplyTeam, uow: UnitOfWork) -> None:
    uow.teams.upsert_if_newer(
        command.team_id,
        version=command.version,
        team_class=command.team_class,
        organisation_class=command.organisation_class,
        active=command.active,
    )


@dataclass(frozen=True, kw_only=True)
class ApplyStaff:
    staff_id: UUID
    version: int
    display_name: str


def on_staff(command: ApplyStaff, uow: UnitOfWork) -> None:
    uow.staff.upsert_if_newer(command.staff_id, version=command.version, display_name=command.display_name)
