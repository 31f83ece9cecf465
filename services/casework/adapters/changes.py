"""Changes after the decision, and who must read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.bases import covers, hidden_from_its_team
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_scope import visible_to
from services.casework.adapters.review_tables import decisions, follow_ups, reviews, withdrawals
from services.casework.adapters.staff_conditions import cannot_review, is_idle
from services.casework.adapters.tables import referrals, staff
from services.casework.domain.change import ChangeKind
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import HAND_OVERS, RecipientClass, WithdrawalReason

_EXPIRED = follow_ups.c.kind == ChangeKind.BASIS_EXPIRED
# Every reviewer of the area confirms these, in a separate list.
_CONSENT_WITHDRAWN = sa.and_(
    follow_ups.c.kind == ChangeKind.WITHDRAWN,
    sa.exists().where(
        withdrawals.c.referral_id == follow_ups.c.referral_id,
        withdrawals.c.reason == WithdrawalReason.CONSENT_WITHDRAWN,
    ),
)


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    referral_id: UUID
    referral_version: int
    review_id: UUID
    reference: str
    kind: ChangeKind
    arrived_at: datetime
    team_class: RecipientClass | None
    """The class of the case's team, if a case was opened."""


def changes_for(connection: sa.Connection, reader: ReviewReader) -> list[ChangeRow]:
    """Returns the changes after a decision that this reviewer must read, oldest first."""
    c, opened = follow_ups.c, cases.alias("opened")
    found = (
        sa.select(
            c.referral_id,
            c.referral_version,
            c.review_id,
            referrals.c.reference,
            c.kind,
            c.arrived_at,
            opened.c.team_class,
        )
        .select_from(
            follow_ups.join(referrals, referrals.c.id == c.referral_id).outerjoin(opened, opened.c.id == c.case_id)
        )
        .where(unread_by(reader))
        .order_by(c.arrived_at)
    )
    return [ChangeRow(**change._mapping) for change in connection.execute(found)]


def unread_in_case(case_id: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """Returns whether the row is an unread change by the referrer for this case's worker."""
    return sa.and_(follow_ups.c.case_id == case_id, follow_ups.c.read_at.is_(None), ~_EXPIRED)


def unread_by(reader: ReviewReader) -> sa.ColumnElement[bool]:
    """Returns whether the row is an unread change that this reviewer must read.

    It is for the person who decided, unless a case's team works it and may still know of it: a hand-over is worked
    elsewhere, and when the basis for the team is gone, so is the case from its queue. A change must never be nobody's
    to read: where who decided can no longer review in that area, or is not there, every reviewer of the area reads it. That a basis is gone the team's manager reads too, where as a reviewer they may know the referral.
    """
    c = follow_ups.c
    theirs = sa.select(decisions.c.review_id).where(decisions.c.decided_by == reader.staff_id)
    decided = sa.union(theirs, _of_who_cannot_read())
    managed = sa.select(cases.c.review_id).where(cases.c.team_id.in_(reader.manages))
    known = sa.select(reviews.c.id).where(reviews.c.id == c.review_id, visible_to(reader))
    return sa.and_(
        c.review_id.in_(sa.union(theirs, _of_who_cannot_read(), managed)),
        sa.or_(_EXPIRED, c.review_id.in_(decided)),
        c.read_at.is_(None),
        ~_CONSENT_WITHDRAWN,
        sa.or_(sa.and_(_EXPIRED, _of_case(hidden_from_its_team())), sa.and_(~_EXPIRED, ~_of_case(_worked_here()))),
        known.exists(),
    )


def _of_who_cannot_read() -> sa.Select[Any]:
    """Selects the reviews whose decider cannot read changes any more or has not signed in for a long time."""
    return (
        sa.select(decisions.c.review_id)
        .join(staff, staff.c.id == decisions.c.decided_by)
        .join(reviews, reviews.c.id == decisions.c.review_id)
        .where(cannot_review(reviews.c.area) | is_idle())
    )


def _worked_here() -> sa.ColumnElement[bool]:
    return sa.and_(cases.c.pathway.not_in(HAND_OVERS), covers(cases.c.referral_id, cases.c.team_class))


def _of_case(holds: sa.ColumnElement[bool]) -> Any:
    return sa.exists().where(cases.c.id == follow_ups.c.case_id, holds)
