"""The caller's identity, and the one port through which every service resolves it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A signed-in member of staff, or a partner's system, with its current rights."""

    staff_id: UUID
    display_name: str
    organisation_id: UUID
    organisation_name: str
    organisation_class: OrganisationClass
    roles: frozenset[Role]
    teams: frozenset[UUID] = frozenset()
    areas: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    """Scopes of a bearer token: `<service>:read`, `<service>:write`. None for a session, which has no restriction."""
    session_id: str = field(default="", repr=False)
    """Identifies the session or the bearer token. It is not the secret and grants nothing."""
    expires_at: datetime | None = field(default=None, compare=False)
    """When the session or token expires, unless the session is used before."""

    def has(self, *roles: Role) -> bool:
        """Returns whether the account has one of these roles."""
        return any(role in self.roles for role in roles)

    def has_any(self, roles: Collection[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


class IdentityPort(Protocol):
    """The only source of rights. At most one of the two secrets is given."""

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        """Returns the holder of this session cookie or bearer token, or None if it is invalid or expired."""
        ...
