"""The need-to-know rule of reviews as a query condition: hidden rows look as if they did not exist."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.bases import covers
from services.casework.adapters.review_tables import reviews, unpaused, withdrawals
from services.casework.domain.review import ReviewState
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import RecipientClass

NO_STAFF_REFERRER = UUID(int=0)
"""Stored as the referrer if no member of staff made the referral."""


def is_claimed(at: datetime) -> sa.ColumnElement[bool]:
    """Returns whether the row's review is claimed at this time, ignoring expired claims. Never null."""
    return sa.and_(reviews.c.claim_expires_at.is_not(None), reviews.c.claim_expires_at > at)


def is_unanswered(at: datetime) -> sa.ColumnElement[bool]:
    """Returns whether the row's pause for an answer is over."""
    over = sa.or_(reviews.c.pause_ends_at.is_(None), reviews.c.pause_ends_at <= at)
    return sa.and_(reviews.c.state == ReviewState.QUESTION_ASKED, over)


def clock_runs(at: datetime) -> sa.ColumnElement[bool]:
    """Returns whether the row is undecided and not paused at this time."""
    return sa.or_(unpaused, is_unanswered(at))


def is_newest() -> sa.ColumnElement[bool]:
    """Returns whether the row is the newest round of its referral."""
    newer = reviews.alias("newer")
    return ~sa.exists().where(newer.c.referral_id == reviews.c.referral_id, newer.c.round > reviews.c.round)


def visible_to(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Returns whether the viewer may read the row's review: in their areas, covered for triage, not their own referral.

    Who confirmed a withdrawal of consent can read it for some time after triage is no longer covered.
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
