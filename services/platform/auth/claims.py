"""Introspection responses of accounts about a session or a token (RFC 7662): how accounts writes and services read
them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import OrganisationClass, Role
from services.platform.auth.identity import Identity

PATH = "/accounts/api/v1/introspect"
MIN_KEY = 32
"""Length of the key with which a service authenticates, in characters."""
SESSION, BEARER = "session", "bearer"
"""The kind of a secret. They are not interchangeable: a request with a bearer token needs no CSRF protection."""

NOT_ACTIVE: Mapping[str, Any] = {"active": False}


def write(identity: Identity, *, kind: str, expires_at: datetime) -> dict[str, Any]:
    """Returns the response about a valid secret."""
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
    """Parses a response. Ignores roles that this version does not know.

    Raises AttributeError, KeyError, TypeError or ValueError on an invalid response.
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
        # A token without scopes has no rights.
        scopes=None if answer["token_type"] == SESSION else frozenset(answer.get("scope", "").split()),
        session_id=answer["session_id"],
        expires_at=datetime.fromtimestamp(answer["exp"], UTC),
    )
