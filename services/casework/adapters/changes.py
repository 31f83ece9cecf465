"""Who is to read what comes after the decision."""

from typing import Any

import sqlalchemy as sa

from services.casework.adapters.bases import covers, hidden_from_its_team
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_scope import knows
from services.casework.adapters.review_tables import changes_to_read, decisions, reviews
from services.casework.domain.change import ChangeKind
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import HAND_OVERS

_LAPSED = changes_to_read.c.kind == ChangeKind.BASIS_LAPSED


def unread_in_case(case_id: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """Whether the change of the row is for whoever works this case: what the referrer said, not read yet."""
    return sa.and_(changes_to_read.c.case_id == case_id, changes_to_read.c.read_at.is_(None), ~_LAPSED)


def unread_by(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Whether the change of the row is this reviewer's to read, and not read yet.

    It is for the person who decided, unless a case's team works it and may still know of it: a hand-over is worked
    elsewhere, and when the basis for the team is gone, so is the case from its queue. A change must never be nobody's
    to read. That a basis is gone the team's manager reads too, where as a reviewer they may know the referral.
    """
    c = changes_to_read.c
    decided = sa.select(decisions.c.review_id).where(decisions.c.decided_by == reader.staff_id)
    managed = sa.select(cases.c.review_id).where(cases.c.team_id.in_(reader.manages))
    known = sa.select(reviews.c.id).where(reviews.c.id == c.review_id, knows(reader))
    return sa.and_(
        c.review_id.in_(sa.union(decided, managed)),
        sa.or_(_LAPSED, c.review_id.in_(decided)),
        c.read_at.is_(None),
        sa.or_(sa.and_(_LAPSED, _of_case(hidden_from_its_team())), sa.and_(~_LAPSED, ~_of_case(_worked_here()))),
        known.exists(),
    )


def _worked_here() -> sa.ColumnElement[bool]:
    return sa.and_(cases.c.pathway.not_in(HAND_OVERS), covers(cases.c.referral_id, cases.c.team_class))


def _of_case(holds: sa.ColumnElement[bool]) -> Any:
    return sa.exists().where(cases.c.id == changes_to_read.c.case_id, holds)
