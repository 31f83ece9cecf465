"""Which cases and reviews a member of staff may keep, by account, role, team and area."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.domain.case_reader import classes_worked
from services.contracts.codes import OrganisationClass, RecipientClass, Role, UnassignReason


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """A member of staff, from the latest accounts event."""

    staff_id: UUID
    active: bool
    organisation_class: OrganisationClass
    roles: frozenset[Role]
    teams: frozenset[UUID]
    areas: frozenset[str]

    def can_review(self, area: str) -> bool:
        return self._reads_referrals and Role.REVIEWER in self.roles and area in self.areas

    def unassign_reason(self, team_id: UUID, team_class: RecipientClass) -> UnassignReason | None:
        """Returns why this person can no longer work on a case of that team, or None."""
        if not self.active:
            return UnassignReason.CANNOT_SIGN_IN
        if not self._reads_referrals or team_class not in classes_worked(self.roles):
            return UnassignReason.ROLE_ENDED
        return None if team_id in self.teams else UnassignReason.TEAM_ENDED

    @property
    def _reads_referrals(self) -> bool:
        return self.active and self.organisation_class is not OrganisationClass.POLICE
