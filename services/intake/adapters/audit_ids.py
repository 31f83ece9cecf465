"""The id of a referral's reference and the reverse, for the search of the audit."""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters.tables import referrals


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """The id of the referral with this reference; an empty list for any other text."""
    found = connection.execute(sa.select(referrals.c.id).where(referrals.c.reference == text)).scalars()
    return [str(referral_id) for referral_id in found]


def audit_references(connection: sa.Connection, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """By id, the reference of those that are referrals."""
    found = connection.execute(sa.select(referrals.c.id, referrals.c.reference).where(referrals.c.id.in_(ids)))
    return {row.id: row.reference for row in found}
