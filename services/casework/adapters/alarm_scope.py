"""Who may read an alarm, as a query condition: the people who may read its referral."""

import sqlalchemy as sa

from services.casework.adapters import case_scope, review_scope
from services.casework.adapters.alarm_tables import alarms, is_open
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import reviews
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.review_reader import ReviewReader


def visible_to(reviewer: ReviewReader, worker: CaseReader) -> sa.ColumnElement[bool]:
    """Returns the condition: reviewers who may read the referral, its case's worker and that team's manager."""
    as_reviewer = sa.exists().where(
        reviews.c.referral_id == alarms.c.referral_id, review_scope.is_newest(), review_scope.visible_to(reviewer)
    )
    as_worker = sa.exists().where(
        cases.c.referral_id == alarms.c.referral_id, case_scope.visible_to(worker, AccessLevel.FULL)
    )
    return sa.or_(as_reviewer, as_worker)


def is_raised_for(referral_id: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """Returns whether the row's referral has an open alarm, which is all that other team members may see."""
    return sa.exists().where(alarms.c.referral_id == referral_id, is_open)
