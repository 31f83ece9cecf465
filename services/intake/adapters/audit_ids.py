"""The id behind a referral's reference, for the search of the audit."""

import sqlalchemy as sa

from services.intake.adapters.tables import referrals


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """None for a text that is no reference of ours."""
    found = connection.execute(sa.select(referrals.c.id).where(referrals.c.reference == text)).scalars()
    return [str(referral_id) for referral_id in found]
