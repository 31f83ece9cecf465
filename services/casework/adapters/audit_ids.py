"""The ids of a referral's reviews, cases and alarms, and the reverse, for the audit search."""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_tables import alarms
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import reviews
from services.casework.adapters.tables import referrals


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """Returns an empty list for a text that is not a referral's id."""
    try:
        referral_id = UUID(text)
    except ValueError:
        return []
    ids = sa.union_all(*(sa.select(table.c.id).where(table.c.referral_id == referral_id) for table in _TABLES))
    return [str(found) for found in connection.execute(ids).scalars()]


def audit_references(connection: sa.Connection, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Returns the referral's reference by id of its review, case or alarm."""
    referred = sa.union_all(
        *(sa.select(table.c.id, table.c.referral_id).where(table.c.id.in_(ids)) for table in _TABLES)
    )
    asked = referred.subquery()
    found = connection.execute(
        sa.select(asked.c.id, referrals.c.reference).join(referrals, referrals.c.id == asked.c.referral_id)
    )
    return {row.id: row.reference for row in found}


_TABLES = (reviews, cases, alarms)
