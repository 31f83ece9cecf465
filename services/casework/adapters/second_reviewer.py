"""Whether a second reviewer could agree to a proposal, by the projection of staff."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.tables import staff, staff_areas, staff_roles
from services.contracts.codes import OrganisationClass, Role


def another_reviews(connection: sa.Connection, area: str, *, besides: Collection[UUID | None]) -> bool:
    """Returns whether another active reviewer covers this area, by the rule that decides who may read its reviews."""
    found = (
        sa.select(staff.c.id)
        .join(staff_roles, staff_roles.c.staff_id == staff.c.id)
        .join(staff_areas, staff_areas.c.staff_id == staff.c.id)
        .where(
            staff.c.active,
            staff.c.organisation_class != OrganisationClass.POLICE,
            staff_roles.c.role == Role.REVIEWER,
            staff_areas.c.area == area,
            staff.c.id.not_in([staff_id for staff_id in besides if staff_id is not None]),
        )
        .limit(1)
    )
    return connection.execute(found).first() is not None
