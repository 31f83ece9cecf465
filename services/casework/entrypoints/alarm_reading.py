"""Reads alarms for the current viewer, with audit rows."""

from datetime import datetime
from uuid import UUID

from services.casework.adapters import alarm_queries
from services.casework.adapters.alarm_queries import AlarmRow, AlarmView
from services.casework.entrypoints import case_reading, review_reading
from services.platform.web import current, paging

FIRST = 10
"""Maximum number of alarms shown above another list; the page of alarms shows all."""


def listed(page: paging.PageRequest) -> paging.Paged[AlarmRow]:
    """Returns a page of open alarms, with an audit row that names them."""
    after = None if page.after is None else (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    with current.transaction() as transaction:
        rows = alarm_queries.list_alarms(
            transaction.connection, review_reading.reader(), case_reading.reader(), after=after, limit=page.limit + 1
        )
        shown = paging.paged(rows, page, [(row.due_at.isoformat(), str(row.id)) for row in rows])
        if shown.items:
            transaction.audit(
                "alarms.listed",
                subject_type="list",
                subject_id="alarms",
                reason="alarm",
                details={
                    "alarms": [str(row.id) for row in shown.items],
                    "referrals": [str(row.referral_id) for row in shown.items],
                },
            )
    return shown


def first() -> paging.Paged[AlarmRow]:
    """Returns the alarms due first, for the top of another list."""
    return listed(paging.PageRequest(limit=FIRST, after=None))


def read_audited(alarm_id: UUID) -> tuple[AlarmRow, AlarmView]:
    """Raises AlarmNotFound."""
    with current.transaction() as transaction:
        row = alarm_queries.read_alarm(transaction.connection, review_reading.reader(), case_reading.reader(), alarm_id)
        of_referral = alarm_queries.alarms_of(transaction.connection, row.referral_id)
        named = {"referral": str(row.referral_id)}
        transaction.audit("alarm.read", subject_type="alarm", subject_id=alarm_id, reason="alarm", details=named)
    return row, next(view for view in of_referral if view.id == alarm_id)
