"""Casework's Prometheus gauges of overdue and unattended work."""

from datetime import datetime

import sqlalchemy as sa

from services.casework.adapters.alarm_tables import alarms, is_open
from services.casework.adapters.case_tables import cases, uncontacted
from services.casework.adapters.holdings import is_stranded
from services.casework.adapters.review_scope import clock_runs
from services.casework.adapters.review_tables import reviews
from services.casework.adapters.staff_conditions import cannot_review, cannot_work, is_idle
from services.casework.adapters.tables import staff
from services.casework.domain.case import CaseState
from services.casework.domain.review import OPEN_STATES
from services.platform.operations.gauges import age
from services.platform.operations.metrics import DatabaseGauge


def _overdue_reviews(connection: sa.Connection, now: datetime) -> float:
    return _count(connection, reviews, clock_runs(now) & (reviews.c.due_at < now))


def _overdue_cases(connection: sa.Connection, now: datetime) -> float:
    return _count(connection, cases, uncontacted & (cases.c.due_at < now))


def _overdue_alarms(connection: sa.Connection, now: datetime) -> float:
    return _count(connection, alarms, is_open & (alarms.c.due_at < now))


def _stranded_cases(connection: sa.Connection, _now: datetime) -> float:
    query = sa.select(sa.func.count()).select_from(cases.join(staff, staff.c.id == cases.c.assignee_id))
    return float(connection.execute(query.where(is_stranded)).scalar_one())


def _unattended(connection: sa.Connection, _now: datetime) -> float:
    """Counts reviews of an area without a reviewer, and unassigned cases of a team without a worker."""
    reviewer = sa.exists().where(staff.c.id.is_not(None), ~cannot_review(reviews.c.area), ~is_idle())
    worker = sa.exists().where(staff.c.id.is_not(None), ~cannot_work(cases.c.team_id, cases.c.team_class), ~is_idle())
    waits = cases.c.state.in_((CaseState.OPEN, CaseState.AWAITING_CONFIRMATION)) & cases.c.assignee_id.is_(None)
    return _count(connection, reviews, reviews.c.state.in_(OPEN_STATES) & ~reviewer) + _count(
        connection, cases, waits & ~worker
    )


def _count(connection: sa.Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> float:
    query = sa.select(sa.func.count()).select_from(table).where(condition)
    return float(connection.execute(query).scalar_one())


GAUGES = (
    DatabaseGauge(
        name="waymark_reviews_overdue",
        help="Overdue reviews, excluding those paused by a question to the referrer.",
        read=_overdue_reviews,
    ),
    DatabaseGauge(
        name="waymark_review_oldest_seconds",
        help="Age of the oldest referral waiting for a decision; 0 if there is none.",
        read=lambda connection, now: age(reviews.c.received_at, clock_runs(now))(connection, now),
    ),
    DatabaseGauge(
        name="waymark_cases_overdue",
        help="Cases whose first contact is overdue.",
        read=_overdue_cases,
    ),
    DatabaseGauge(
        name="waymark_alarms_overdue",
        help="Overdue alarms without a recorded action.",
        read=_overdue_alarms,
    ),
    DatabaseGauge(
        name="waymark_cases_stranded",
        help="Open cases whose worker cannot act on them or has not signed in for a long time.",
        read=_stranded_cases,
    ),
    DatabaseGauge(
        name="waymark_waiting_for_nobody",
        help="Reviews of an area without a reviewer, and unassigned cases and hand-overs of a team without a worker.",
        read=_unattended,
    ),
)
