"""Whether a second reviewer could agree to a proposal, by the projection of staff and teams."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.tables import staff, staff_teams, teams
from services.contracts.codes import OrganisationClass, RecipientClass


def another_reviews(connection: sa.Connection, area: str, *, besides: Collection[UUID | None]) -> bool:
    """Whether an active member of an active triage team of this area is somebody else. None is of police."""
    found = (
        sa.select(teams.c.areas)
        .join(staff_teams, staff_teams.c.team_id == teams.c.id)
        .join(staff, staff.c.id == staff_teams.c.staff_id)
        .where(
            teams.c.team_class == RecipientClass.TRIAGE,
            teams.c.active,
            staff.c.active,
            staff.c.organisation_class != OrganisationClass.POLICE,
            staff.c.id.not_in([staff_id for staff_id in besides if staff_id is not None]),
        )
    )
    return any(area in areas for areas in connection.execute(found).scalars())
