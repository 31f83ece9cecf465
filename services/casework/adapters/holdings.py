"""Stores who asked which question, notices to managers, and when staff last signed in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import case_notices, cases
from services.casework.adapters.review_tables import holding_checks, review_questions, reviews
from services.casework.adapters.staff_conditions import cannot_review, cannot_work, is_idle
from services.casework.adapters.tables import staff, staff_presence
from services.casework.domain.case import CaseState
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.platform.db.upsert import insert_or_ignore

_OF_WORKER = (NoticeKind.WORKER_IDLE, NoticeKind.WORKER_CANNOT_ACT)
_unresolved = case_notices.c.resolved_at.is_(None)


class SqlHoldings:
    def __init__(self, connection: sa.Connection, *, at: datetime) -> None:
        self._connection = connection
        self._at = at

    def question_asked(self, question_id: UUID, review_id: UUID, *, by: UUID) -> None:
        row = {"id": question_id, "review_id": review_id, "asked_by": by, "asked_at": self._at}
        self._connection.execute(sa.insert(review_questions).values(row))

    def release_questions(self, staff_id: UUID, review_id: UUID | None = None) -> list[UUID]:
        asked = asked_by(staff_id)
        if review_id is not None:
            asked &= reviews.c.id == review_id
        else:
            asked &= sa.exists().where(staff.c.id == staff_id, cannot_review(reviews.c.area))
        found = sa.select(review_questions.c.id, reviews.c.id.label("review_id")).where(asked).order_by(reviews.c.id)
        rows = self._connection.execute(found).all()
        if rows:
            which = review_questions.c.id.in_([row.id for row in rows])
            self._connection.execute(sa.update(review_questions).where(which).values(asked_by=None))
        return [row.review_id for row in rows]

    def notify(self, case_id: UUID, kind: NoticeKind, *, about: UUID) -> bool:
        row = {"id": uuid4(), "case_id": case_id, "kind": kind, "staff_id": about, "raised_at": self._at}
        return insert_or_ignore(self._connection, case_notices, row)

    def resolve(self, case_id: UUID, *, by: UUID) -> None:
        self._resolve(case_notices.c.case_id == case_id, by=by)

    def notice_read(self, notice_id: UUID, reader: CaseReader) -> UUID | None:
        managed = sa.exists().where(cases.c.id == case_notices.c.case_id, visible_to(reader, AccessLevel.MANAGE))
        this = sa.select(case_notices.c.case_id).where(case_notices.c.id == notice_id, _unresolved, managed)
        case_id: UUID | None = self._connection.execute(this).scalar_one_or_none()
        if case_id is not None:
            self._resolve(case_notices.c.id == notice_id, by=reader.staff_id)
        return case_id

    def signed_in(self, staff_id: UUID, at: datetime) -> None:
        row = {"staff_id": staff_id, "seen_at": at, "idle": False}
        if not insert_or_ignore(self._connection, staff_presence, row):
            older = (staff_presence.c.staff_id == staff_id) & (staff_presence.c.seen_at < at)
            self._connection.execute(sa.update(staff_presence).where(older).values(row))

    def begin_check(self, *, every: timedelta) -> bool:
        if insert_or_ignore(self._connection, holding_checks, {"id": 1, "checked_at": self._at}):
            return True
        long_ago = holding_checks.c.checked_at <= self._at - every
        return (
            self._connection.execute(sa.update(holding_checks).where(long_ago).values(checked_at=self._at)).rowcount
            == 1
        )

    def mark_idle(self, *, unseen_since: datetime) -> None:
        """Marks staff as idle or active. Without a known sign-in, the time runs from the first check."""
        unknown = sa.select(staff.c.id, sa.literal(self._at, staff_presence.c.seen_at.type), sa.false()).where(
            staff.c.id.not_in(sa.select(staff_presence.c.staff_id))
        )
        self._connection.execute(sa.insert(staff_presence).from_select(["staff_id", "seen_at", "idle"], unknown))
        idle = staff_presence.c.seen_at < unseen_since
        for now_so, rows in ((True, idle & ~staff_presence.c.idle), (False, ~idle & staff_presence.c.idle)):
            self._connection.execute(sa.update(staff_presence).where(rows).values(idle=now_so))

    def stranded(self) -> list[tuple[UUID, NoticeKind, UUID]]:
        found = (
            sa.select(cases.c.id, cases.c.assignee_id, _cannot_work.label("cannot_act"))
            .join(staff, staff.c.id == cases.c.assignee_id)
            .where(is_stranded)
            .order_by(cases.c.id)
        )
        return [
            (row.id, NoticeKind.WORKER_CANNOT_ACT if row.cannot_act else NoticeKind.WORKER_IDLE, row.assignee_id)
            for row in self._connection.execute(found)
        ]

    def resolve_recovered(self) -> None:
        still = (
            sa.select(sa.literal(1))
            .select_from(cases.join(staff, staff.c.id == cases.c.assignee_id))
            .where(cases.c.id == case_notices.c.case_id, cases.c.assignee_id == case_notices.c.staff_id, is_stranded)
            .correlate(case_notices)
        )
        self._resolve(case_notices.c.kind.in_(_OF_WORKER) & ~sa.exists(still), by=None)

    def _resolve(self, which: sa.ColumnElement[bool], *, by: UUID | None) -> None:
        resolved = sa.update(case_notices).where(which, _unresolved)
        self._connection.execute(resolved.values(resolved_at=self._at, resolved_by=by))


_cannot_work: sa.ColumnElement[Any] = sa.case(
    (cannot_work(cases.c.team_id, cases.c.team_class), sa.true()), else_=sa.false()
)
is_stranded = (cases.c.state == CaseState.OPEN) & (cannot_work(cases.c.team_id, cases.c.team_class) | is_idle())
"""Whether the row's open case is assigned to a member of staff who cannot act on it or is idle."""


def asked_by(staff_id: UUID) -> sa.ColumnElement[bool]:
    """Returns whether this person asked the waiting question of the row's review."""
    return (review_questions.c.id == reviews.c.question_id) & (review_questions.c.asked_by == staff_id)
