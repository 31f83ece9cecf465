"""Whether a recorded lawful basis lets a class of recipient know of a referral."""

from datetime import datetime

import sqlalchemy as sa

from services.casework.adapters.tables import bases
from services.casework.domain.case_clock import london_day
from services.contracts.codes import RecipientClass


def covers(referral_id: sa.ColumnElement[object], recipient_class: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """The condition, for a query whose row has these two columns."""
    of_class = sa.and_(bases.c.referral_id == referral_id, bases.c.recipient_class == recipient_class)
    return sa.exists(sa.select(sa.literal(1)).select_from(bases).where(of_class))


def drop_lapsed(connection: sa.Connection, at: datetime) -> None:
    """Drop every basis whose last day has passed: from then on it lets nobody know. Intake keeps the record.

    The one for triage stays: without readers the referral would be lost, and a withdrawal is how it is taken back.
    """
    today = london_day(at)
    lapsed = sa.and_(bases.c.expires_on < today, bases.c.recipient_class != RecipientClass.TRIAGE)
    connection.execute(sa.delete(bases).where(lapsed))
