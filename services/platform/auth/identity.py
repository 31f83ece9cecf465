"""Who is asking, and the one port through which every service learns it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A signed-in member of staff, or a partner's system, with the rights it has at this moment."""

    staff_id: UUID
    display_name: str
    organisation_id: UUID
    organisation_name: str
    organisation_class: OrganisationClass
    roles: frozenset[Role]
    teams: frozenset[UUID] = frozenset()
    areas: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    """What a bearer token may do: `<service>:read`, `<service>:write`. None of a session, which may do all of it."""
    session_id: str = field(default="", repr=False)
    """Names the session or the bearer token. It is not the secret and opens nothing."""
    expires_at: datetime | None = field(default=None, compare=False)
    """From when the session or token is good no more, unless the session is used before."""

    def has(self, *roles: Role) -> bool:
        """Whether the account holds one of these roles."""
        return any(role in self.roles for role in roles)

    def has_any(self, roles: Collection[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


class IdentityPort(Protocol):
    """Rights come from here alone. At most one of the two secrets is given."""

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        """The holder of this session cookie or bearer token, or None when it is not (or no longer) good."""
        ...
