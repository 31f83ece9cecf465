"""Who asks about a match: what the need-to-know rule must know of a reviewer, and nothing else."""

from dataclasses import dataclass
from uuid import UUID

from services.contracts.codes import OrganisationClass


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A reviewer knows a match of two referrals of their areas that triage may be told, and that they did not make."""

    staff_id: UUID
    organisation_class: OrganisationClass
    """Of a police organisation nobody knows a match."""
    areas: frozenset[str]
