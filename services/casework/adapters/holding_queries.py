"""A member of staff's cases and reviews, as far as the viewer may read them, and notices to managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters import review_scope
from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import case_notices, cases
from services.casework.adapters.holdings import asked_by
from services.casework.adapters.review_tables import decisions, review_questions, reviews
from services.casework.adapters.tables import identities, referrals, staff, staff_presence, teams
from services.casework.domain.case import CaseState
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.review import OPEN_STATES
from services.casework.domain.review_reader import ReviewReader
from services.platform.errors import NotFound


class StaffNotFound(NotFound):
    """No member of staff has this id."""


@dataclass(frozen=True, kw_only=True)
class CaseHeld:
    id: UUID
    referral_id: UUID
    reference: str
    initials: str
    team_name: str
    due_at: datetime
    version: int


@dataclass(frozen=True, kw_only=True)
class ReviewHeld:
    id: UUID
    referral_id: UUID
    reference: str
    due_at: datetime
    claimed: bool
    asked: bool


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """`cases` and `hand_overs` are those that the viewer manages or reviews; `reviews` those of the viewer's areas."""

    staff_id: UUID
    display_name: str
    active: bool
    idle: bool
    seen_at: datetime | None
    cases: Sequence[CaseHeld]
    reviews: Sequence[ReviewHeld]
    hand_overs: Sequence[CaseHeld]


@dataclass(frozen=True, kw_only=True)
class Caseload:
    """The number of a person's open cases that the viewer manages."""

    staff_id: UUID
    display_name: str
    active: bool
    idle: bool
    seen_at: datetime | None
    open_cases: int


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    id: UUID
    case_id: UUID
    referral_id: UUID
    reference: str
    initials: str
    kind: NoticeKind
    staff_name: str | None
    raised_at: datetime


def holdings_of(
    connection: sa.Connection, staff_id: UUID, *, as_worker: CaseReader, as_reviewer: ReviewReader, at: datetime
) -> Holdings:
    """Raises StaffNotFound."""
    who = connection.execute(_staff().where(staff.c.id == staff_id)).one_or_none()
    if who is None:
        raise StaffNotFound
    mine = sa.and_(
        cases.c.state == CaseState.OPEN, cases.c.assignee_id == staff_id, visible_to(as_worker, AccessLevel.MANAGE)
    )
    decided = sa.exists().where(decisions.c.review_id == cases.c.review_id, decisions.c.decided_by == staff_id)
    waiting = sa.and_(
        cases.c.state == CaseState.AWAITING_CONFIRMATION, decided, visible_to(as_worker, AccessLevel.SUMMARY)
    )
    return Holdings(
        **who._mapping,
        cases=_cases(connection, mine),
        reviews=_reviews(connection, staff_id, as_reviewer, at),
        hand_overs=_cases(connection, waiting),
    )


def caseloads(connection: sa.Connection, manager: CaseReader) -> list[Caseload]:
    """Returns everybody with an open case that the viewer manages, by name."""
    counted = (
        sa.select(cases.c.assignee_id, sa.func.count().label("open_cases"))
        .where(
            cases.c.state == CaseState.OPEN, cases.c.assignee_id.is_not(None), visible_to(manager, AccessLevel.MANAGE)
        )
        .group_by(cases.c.assignee_id)
        .subquery()
    )
    found = _staff().add_columns(counted.c.open_cases).join(counted, counted.c.assignee_id == staff.c.id)
    return [Caseload(**row._mapping) for row in connection.execute(found.order_by(staff.c.display_name, staff.c.id))]


def notices(connection: sa.Connection, manager: CaseReader) -> list[NoticeRow]:
    """Returns this manager's open notices, oldest first."""
    found = (
        sa.select(
            case_notices.c.id,
            case_notices.c.case_id,
            case_notices.c.kind,
            case_notices.c.raised_at,
            cases.c.referral_id,
            referrals.c.reference,
            identities.c.initials,
            staff.c.display_name.label("staff_name"),
        )
        .select_from(
            case_notices.join(cases, cases.c.id == case_notices.c.case_id)
            .join(referrals, referrals.c.id == cases.c.referral_id)
            .outerjoin(identities, identities.c.referral_id == cases.c.referral_id)
            .outerjoin(staff, staff.c.id == case_notices.c.staff_id)
        )
        .where(case_notices.c.resolved_at.is_(None), visible_to(manager, AccessLevel.MANAGE))
        .order_by(case_notices.c.raised_at, case_notices.c.id)
    )
    return [NoticeRow(**{**row._mapping, "initials": row.initials or ""}) for row in connection.execute(found)]


def _staff() -> sa.Select[Any]:
    idle = sa.func.coalesce(staff_presence.c.idle, sa.false())
    return sa.select(
        staff.c.id.label("staff_id"),
        staff.c.display_name,
        staff.c.active,
        sa.type_coerce(idle, sa.Boolean).label("idle"),
        staff_presence.c.seen_at,
    ).select_from(staff.outerjoin(staff_presence, staff_presence.c.staff_id == staff.c.id))


def _cases(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[CaseHeld]:
    found = (
        sa.select(
            cases.c.id,
            cases.c.referral_id,
            cases.c.due_at,
            cases.c.version,
            referrals.c.reference,
            identities.c.initials,
            teams.c.name.label("team_name"),
        )
        .select_from(
            cases.join(referrals, referrals.c.id == cases.c.referral_id)
            .outerjoin(identities, identities.c.referral_id == cases.c.referral_id)
            .outerjoin(teams, teams.c.id == cases.c.team_id)
        )
        .where(which)
        .order_by(cases.c.due_at, cases.c.id)
    )
    rows = connection.execute(found)
    return [
        CaseHeld(**{**row._mapping, "initials": row.initials or "", "team_name": row.team_name or ""}) for row in rows
    ]


def _reviews(connection: sa.Connection, staff_id: UUID, reader: ReviewReader, at: datetime) -> list[ReviewHeld]:
    claimed = (reviews.c.claimed_by == staff_id) & (reviews.c.claim_expires_at > at)
    asked = sa.exists().where(asked_by(staff_id)).correlate_except(review_questions)
    found = (
        sa.select(
            reviews.c.id,
            reviews.c.referral_id,
            reviews.c.due_at,
            referrals.c.reference,
            sa.case((claimed, sa.true()), else_=sa.false()).label("claimed"),
            sa.case((asked, sa.true()), else_=sa.false()).label("asked"),
        )
        .join(referrals, referrals.c.id == reviews.c.referral_id)
        .where(reviews.c.state.in_(OPEN_STATES), claimed | asked, review_scope.visible_to(reader))
        .order_by(reviews.c.due_at, reviews.c.id)
    )
    return [ReviewHeld(**row._mapping) for row in connection.execute(found)]
