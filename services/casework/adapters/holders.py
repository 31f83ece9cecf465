"""Whether a member of staff can act on what they hold, as a condition of a query: the rule of `domain/holder.py` in SQL."""

from typing import Any

import sqlalchemy as sa

from services.casework.adapters.tables import staff, staff_areas, staff_presence, staff_roles, staff_teams
from services.contracts.codes import CLASSES_WORKED, OrganisationClass, Role

Column = sa.ColumnElement[Any]


def cannot_review(area: Column) -> sa.ColumnElement[bool]:
    """Whether the person of the row of `staff` cannot review a referral of this area."""
    reviewer = _has(staff_roles, staff_roles.c.role == Role.REVIEWER)
    of_area = _has(staff_areas, staff_areas.c.area == area)
    return sa.or_(cannot_act(), staff.c.roles_known & ~(reviewer & of_area))


def cannot_work(team_id: Column, team_class: Column) -> sa.ColumnElement[bool]:
    """Whether the person of the row of `staff` cannot work a case of this team."""
    in_team = _has(staff_teams, staff_teams.c.team_id == team_id)
    return sa.or_(cannot_act(), ~in_team, staff.c.roles_known & ~works(team_class))


def works(team_class: Column) -> sa.ColumnElement[bool]:
    """Whether a known role of the person of the row of `staff` works cases of this class."""
    fits = [
        (staff_roles.c.role == role) & team_class.in_([one.value for one in sorted(classes)])
        for role, classes in CLASSES_WORKED.items()
    ]
    return _has(staff_roles, sa.or_(*fits))


def is_idle() -> sa.ColumnElement[bool]:
    """Whether the person of the row of `staff` has not signed in for long."""
    return _has(staff_presence, staff_presence.c.idle)


def cannot_act() -> sa.ColumnElement[bool]:
    """Whether the person of the row of `staff` may know of no referral at all."""
    return ~staff.c.active | (staff.c.organisation_class == OrganisationClass.POLICE)


def _has(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.staff_id == staff.c.id, which).correlate_except(table)
