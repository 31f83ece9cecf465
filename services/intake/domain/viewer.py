"""The reviewer who asks for a match, as the need-to-know rule needs it."""

from dataclasses import dataclass
from uuid import UUID

from services.contracts.codes import OrganisationClass


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A reviewer sees a match if both referrals are in their areas, shared with triage and made by others."""

    staff_id: UUID
    organisation_class: OrganisationClass
    """Police organisations see no match."""
    areas: frozenset[str]
