"""The ids of a referral's reviews, cases and alarms, for the search of the audit."""

from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_tables import alarms
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import reviews


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """None for a text that is not the id of a referral."""
    try:
        referral_id = UUID(text)
    except ValueError:
        return []
    ids = sa.union_all(*(sa.select(table.c.id).where(table.c.referral_id == referral_id) for table in _TABLES))
    return [str(found) for found in connection.execute(ids).scalars()]


_TABLES = (reviews, cases, alarms)
