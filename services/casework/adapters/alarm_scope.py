"""Who may know why an alarm was raised, as a condition of the query: who may read the referral it is of."""

import sqlalchemy as sa

from services.casework.adapters import case_scope, review_scope
from services.casework.adapters.alarm_tables import alarms, is_open
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import reviews
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.review_reader import ReviewReader


def knows(reviewer: ReviewReader, worker: CaseReader) -> sa.ColumnElement[bool]:
    """The area's reviewers who may know the referral, the worker of its case and that team's manager."""
    as_reviewer = sa.exists().where(
        reviews.c.referral_id == alarms.c.referral_id, review_scope.is_newest(), review_scope.knows(reviewer)
    )
    as_worker = sa.exists().where(
        cases.c.referral_id == alarms.c.referral_id, case_scope.knows(worker, AccessLevel.FULL)
    )
    return sa.or_(as_reviewer, as_worker)


def is_raised_for(referral_id: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """Whether nobody has acted yet on an alarm of the referral of the row: all that a team's member may know of it."""
    return sa.exists().where(alarms.c.referral_id == referral_id, is_open)
