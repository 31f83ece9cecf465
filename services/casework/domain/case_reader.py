"""Who asks about cases: what the need-to-know rule must know of a member of staff, and nothing else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.contracts.codes import CLASSES_WORKED, OrganisationClass, RecipientClass, Role


class AccessLevel(StrEnum):
    """How much of a case a reader must be allowed to know for what they ask."""

    NOTICE = "notice"
    """Initials and reference, and that consent was withdrawn: the team that no basis lets know any more."""
    SUMMARY = "listed"
    """Initials, reference, due date, and who has it: the team; of a hand-over, the reviewers who may know its referral too."""
    FULL = "whole"
    """All but the estimate and the reviewer's own view: the assigned worker and the team's manager."""
    MANAGE = "managed"
    """Whole, and as the team's manager."""


@dataclass(frozen=True, kw_only=True)
class CaseReader:
    """`classes` are the classes of team whose cases this person may work; `areas` count for reviewers only.

    `on` is the day in London on which they ask.
    """

    staff_id: UUID
    on: date
    teams: frozenset[UUID] = frozenset()
    classes: frozenset[RecipientClass] = frozenset()
    manager: bool = False
    review_areas: frozenset[str] = frozenset()


def classes_worked(roles: frozenset[Role]) -> frozenset[RecipientClass]:
    """The classes of team whose cases these roles work."""
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
    """The reader that a member of staff is. One of a police organisation knows no case, whatever their roles."""
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
