"""Tells PostgreSQL who reads: what a service's policies of row-level security go by."""

from datetime import datetime

import sqlalchemy as sa

from services.kernel.auth.identity import Identity

# Until the transaction ends. Where nothing was told, the service itself is at work: it hears events and runs commands.
_TELL = sa.text(
    "SELECT set_config('waymark.staff', :staff, true), set_config('waymark.class', :organisation_class, true),"
    " set_config('waymark.roles', CAST(CAST(:roles AS text[]) AS text), true),"
    " set_config('waymark.teams', CAST(CAST(:teams AS text[]) AS text), true),"
    " set_config('waymark.areas', CAST(CAST(:areas AS text[]) AS text), true),"
    " set_config('waymark.at', :at, true)"
)
NOBODY = "00000000-0000-0000-0000-000000000000"


def tell(connection: sa.Connection, identity: Identity | None, *, at: datetime) -> None:
    """From here on the connection reads for this person, at this moment. None is nobody: no row of a policy is theirs."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TELL, {**_told(identity), "at": at.isoformat()})


def _told(identity: Identity | None) -> dict[str, object]:
    if identity is None:
        return {"staff": NOBODY, "organisation_class": "", "roles": [], "teams": [], "areas": []}
    return {
        "staff": str(identity.staff_id),
        "organisation_class": identity.organisation_class.value,
        "roles": [role.value for role in identity.roles],
        "teams": [str(team_id) for team_id in identity.teams],
        "areas": list(identity.areas),
    }
