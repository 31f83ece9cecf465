"""The ids of a referral's estimates, for the search of the audit."""

from uuid import UUID

import sqlalchemy as sa

from services.scoring.adapters.tables import estimates


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """None for a text that is not the id of a referral."""
    try:
        referral_id = UUID(text)
    except ValueError:
        return []
    found = connection.execute(sa.select(estimates.c.id).where(estimates.c.referral_id == referral_id)).scalars()
    return [str(estimate_id) for estimate_id in found]
