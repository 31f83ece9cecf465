"""The viewer of reviews: the facts about a member of staff that the need-to-know rule uses."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role


@dataclass(frozen=True, kw_only=True)
class ReviewReader:
    """A reviewer sees the referrals of their areas that a lawful basis for triage covers, except their own."""

    staff_id: UUID
    areas: frozenset[str]
    manages: frozenset[UUID] = frozenset()
    """The teams that they manage."""
    at: datetime | None = None
    """The time of the request. None hides what is readable only for a limited time."""


def review_reader(
    *,
    staff_id: UUID,
    roles: frozenset[Role],
    organisation_class: OrganisationClass,
    teams: frozenset[UUID],
    areas: frozenset[str],
    at: datetime | None = None,
) -> ReviewReader:
    """Returns the viewer for a member of staff. Staff of a police organisation see no review, whatever their roles."""
    if Role.REVIEWER not in roles or organisation_class is OrganisationClass.POLICE:
        return ReviewReader(staff_id=staff_id, areas=frozenset())
    return ReviewReader(
        staff_id=staff_id, areas=areas, manages=teams if Role.TEAM_MANAGER in roles else frozenset(), at=at
    )
