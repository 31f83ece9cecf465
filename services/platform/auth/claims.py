"""What accounts answers about a session or a token (RFC 7662), as it writes it and as every service reads it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role
from services.platform.auth.identity import Identity

PATH = "/accounts/api/v1/introspect"
MIN_KEY = 32
"""Characters of the key with which a service asks."""
SESSION, BEARER = "session", "bearer"
"""What a secret is: one is never taken for the other, since a bearer token needs no proof of where a form came from."""

NOT_ACTIVE: Mapping[str, Any] = {"active": False}


def write(identity: Identity, *, kind: str, expires_at: datetime) -> dict[str, Any]:
    """The answer about a secret that is good."""
    return {
        "active": True,
        "token_type": kind,
        "exp": int(expires_at.timestamp()),
        "sub": str(identity.staff_id),
        "name": identity.display_name,
        "organisation_id": str(identity.organisation_id),
        "organisation_name": identity.organisation_name,
        "organisation_class": identity.organisation_class.value,
        "roles": sorted(identity.roles),
        "teams": sorted(map(str, identity.teams)),
        "areas": sorted(identity.areas),
        "session_id": identity.session_id,
        **({} if identity.scopes is None else {"scope": " ".join(sorted(identity.scopes))}),
    }


def read(answer: Mapping[str, Any]) -> Identity:
    """Read such an answer. A role that this version does not know gives no right here.

    Raises AttributeError, KeyError, TypeError or ValueError on what is no such answer.
    """
    return Identity(
        staff_id=UUID(answer["sub"]),
        display_name=answer["name"],
        organisation_id=UUID(answer["organisation_id"]),
        organisation_name=answer["organisation_name"],
        organisation_class=OrganisationClass(answer["organisation_class"]),
        roles=frozenset(Role(role) for role in answer["roles"] if role in set(Role)),
        teams=frozenset(map(UUID, answer["teams"])),
        areas=frozenset(answer["areas"]),
        # A token of which nothing is said may do nothing.
        scopes=None if answer["token_type"] == SESSION else frozenset(answer.get("scope", "").split()),
        session_id=answer["session_id"],
        expires_at=datetime.fromtimestamp(answer["exp"], UTC),
    )
