"""The viewer of cases: the facts about a member of staff that the need-to-know rule uses."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.contracts.codes import CLASSES_WORKED, OrganisationClass, RecipientClass, Role


class AccessLevel(StrEnum):
    """How much of a case a viewer must be allowed to read."""

    NOTICE = "notice"
    """Initials, reference and that consent was withdrawn: a team that no lawful basis covers any more."""
    SUMMARY = "listed"
    """Initials, reference, due date and assignee: the team; for a hand-over, also the reviewers who may read its referral."""
    FULL = "whole"
    """Everything except the estimate and the reviewer's own view: the assigned worker and the team's manager."""
    MANAGE = "managed"
    """Everything, as the team's manager."""


@dataclass(frozen=True, kw_only=True)
class CaseReader:
    """`classes` are the classes of team whose cases this person may work on; `review_areas` is for reviewers only.

    `on` is the date in London of the request.
    """

    staff_id: UUID
    on: date
    teams: frozenset[UUID] = frozenset()
    classes: frozenset[RecipientClass] = frozenset()
    manager: bool = False
    review_areas: frozenset[str] = frozenset()


def classes_worked(roles: frozenset[Role]) -> frozenset[RecipientClass]:
    """Returns the classes of team whose cases these roles may work on."""
    return frozenset(one for role in roles for one in CLASSES_WORKED.get(role, ()))


def case_reader(
    *,
    staff_id: UUID,
    roles: frozenset[Role],
    organisation_class: OrganisationClass,
    teams: frozenset[UUID],
    areas: frozenset[str],
    on: date,
) -> CaseReader:
    """Returns the viewer for a member of staff. Staff of a police organisation see no case, whatever their roles."""
    if organisation_class is OrganisationClass.POLICE:
        return CaseReader(staff_id=staff_id, on=on)
    return CaseReader(
        staff_id=staff_id,
        on=on,
        teams=teams,
        classes=classes_worked(roles),
        manager=Role.TEAM_MANAGER in roles,
        review_areas=areas if Role.REVIEWER in roles else frozenset(),
    )
