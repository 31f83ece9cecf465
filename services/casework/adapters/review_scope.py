"""The need-to-know rule of reviews as a condition of the query: what it leaves out looks like what does not exist."""

from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.bases import covers
from services.casework.adapters.review_tables import reviews
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import RecipientClass

NOBODY_OF_OURS = UUID(int=0)
"""Who referred, where no member of staff did."""


def knows(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Whether the reader may know the review of the row: of their areas, told to triage, not their own referral."""
    return sa.and_(
        reviews.c.area.in_(reader.areas),
        reviews.c.referrer_key != reader.staff_id,
        covers(reviews.c.referral_id, sa.literal(RecipientClass.TRIAGE.value)),
    )
