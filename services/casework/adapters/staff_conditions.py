"""Whether a member of staff can act on a case or review: the rule of `domain/staff_member.py` as query conditions."""

from typing import Any

import sqlalchemy as sa

from services.casework.adapters.tables import staff, staff_areas, staff_presence, staff_roles, staff_teams
from services.contracts.codes import CLASSES_WORKED, OrganisationClass, Role

Column = sa.ColumnElement[Any]


def cannot_review(area: Column) -> sa.ColumnElement[bool]:
    """Returns whether the row's member of staff cannot review a referral of this area."""
    reviewer = _has(staff_roles, staff_roles.c.role == Role.REVIEWER)
    of_area = _has(staff_areas, staff_areas.c.area == area)
    return sa.or_(cannot_act(), staff.c.roles_known & ~(reviewer & of_area))


def cannot_work(team_id: Column, team_class: Column) -> sa.ColumnElement[bool]:
    """Returns whether the row's member of staff cannot work on a case of this team."""
    in_team = _has(staff_teams, staff_teams.c.team_id == team_id)
    return sa.or_(cannot_act(), ~in_team, staff.c.roles_known & ~works(team_class))


def works(team_class: Column) -> sa.ColumnElement[bool]:
    """Returns whether a role of the row's member of staff works on cases of this class."""
    fits = [
        (staff_roles.c.role == role) & team_class.in_([one.value for one in sorted(classes)])
        for role, classes in CLASSES_WORKED.items()
    ]
    return _has(staff_roles, sa.or_(*fits))


def is_idle() -> sa.ColumnElement[bool]:
    """Returns whether the row's member of staff has not signed in for a long time."""
    return _has(staff_presence, staff_presence.c.idle)


def cannot_act() -> sa.ColumnElement[bool]:
    """Returns whether the row's member of staff may read no referral at all."""
    return ~staff.c.active | (staff.c.organisation_class == OrganisationClass.POLICE)


def _has(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.staff_id == staff.c.id, which).correlate_except(table)
