"""Whether a recorded lawful basis lets a class of recipient know of a referral."""

import sqlalchemy as sa

from services.casework.adapters.tables import bases


def covers(referral_id: sa.ColumnElement[object], recipient_class: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """The condition, for a query whose row has these two columns."""
    of_class = sa.and_(bases.c.referral_id == referral_id, bases.c.recipient_class == recipient_class)
    return sa.exists(sa.select(sa.literal(1)).select_from(bases).where(of_class))
