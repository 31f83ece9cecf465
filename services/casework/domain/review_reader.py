"""Who asks about reviews: what the need-to-know rule must know of a reviewer, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role


@dataclass(frozen=True, kw_only=True)
class ReviewReader:
    """A reviewer knows the referrals of their areas that may be told to triage, but never those they made."""

    staff_id: UUID
    areas: frozenset[str]
    manages: frozenset[UUID] = frozenset()
    """The teams whose manager they are."""
    at: datetime | None = None
    """When they ask. None shows nothing that may be read for some time only."""


def review_reader(
    *,
    staff_id: UUID,
    roles: frozenset[Role],
    organisation_class: OrganisationClass,
    teams: frozenset[UUID],
    areas: frozenset[str],
    at: datetime | None = None,
) -> ReviewReader:
    """The reader that a member of staff is. One of a police organisation knows no review, whatever their roles."""
    if Role.REVIEWER not in roles or organisation_class is OrganisationClass.POLICE:
        return ReviewReader(staff_id=staff_id, areas=frozenset())
    return ReviewReader(
        staff_id=staff_id, areas=areas, manages=teams if Role.TEAM_MANAGER in roles else frozenset(), at=at
    )
