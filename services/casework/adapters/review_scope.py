"""The need-to-know rule of reviews as a condition of the query: what it leaves out looks like what does not exist."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.bases import covers
from services.casework.adapters.review_tables import reviews, unpaused, withdrawals
from services.casework.domain.review import ReviewState
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import RecipientClass

NOBODY_OF_OURS = UUID(int=0)
"""Who referred, where no member of staff did."""


def is_claimed(at: datetime) -> sa.ColumnElement[bool]:
    """Whether somebody reads the review of the row at this time: a claim that has expired is none. Never null."""
    return sa.and_(reviews.c.claim_expires_at.is_not(None), reviews.c.claim_expires_at > at)


def is_unanswered(at: datetime) -> sa.ColumnElement[bool]:
    """Whether the review of the row has waited for an answer as long as it may."""
    over = sa.or_(reviews.c.pause_ends_at.is_(None), reviews.c.pause_ends_at <= at)
    return sa.and_(reviews.c.state == ReviewState.QUESTION_ASKED, over)


def clock_runs(at: datetime) -> sa.ColumnElement[bool]:
    """Whether nobody has decided it, and no question stops its clock at this time."""
    return sa.or_(unpaused, is_unanswered(at))


def is_newest() -> sa.ColumnElement[bool]:
    """Whether the review of the row is the newest round of its referral."""
    newer = reviews.alias("newer")
    return ~sa.exists().where(newer.c.referral_id == reviews.c.referral_id, newer.c.round > reviews.c.round)


def knows(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Whether the reader may know the review of the row: of their areas, told to triage, not their own referral.

    Who confirmed that consent was withdrawn can read it for some time after, when triage may be told no more.
    """
    return sa.and_(
        reviews.c.area.in_(reader.areas),
        reviews.c.referrer_key != reader.staff_id,
        sa.or_(covers(reviews.c.referral_id, sa.literal(RecipientClass.TRIAGE.value)), _still_readable(reader)),
    )


def _still_readable(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Whether it was this reader who confirmed that consent was withdrawn, and the time for it has not run out."""
    if reader.at is None:
        return sa.false()
    c = withdrawals.alias("confirmed").c
    return sa.exists().where(
        c.referral_id == reviews.c.referral_id, c.confirmed_by == reader.staff_id, c.readable_until > reader.at
    )
