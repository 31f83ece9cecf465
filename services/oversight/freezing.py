"""Freezes the figures once a week. Only frozen figures are shown.

A quarter is shown for the whole partnership, by the rule of `running`, until its final report: made once, four weeks
after the quarter ended, for the whole partnership and for each area together (`report`). Later amendments, referrals
and erasures do not change that report: it contains disclosed counts and no person's rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.oversight import queries, rebuilding, running
from services.oversight.periods import Quarter
from services.oversight.report import EVERYWHERE, reports_on, to_json
from services.oversight.schedule import Schedule
from services.oversight.tables import held_counts, published_reports, snapshots
from services.platform.clock import Clock
from services.platform.db.engine import Database
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert, insert_or_ignore


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """Freezes the snapshot that is due, if there is one.

    `immediately` is for a demonstration: it does not wait for the schedule.
    """

    immediately: bool = False


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Replaces `Freeze` once the final reports are computed: by quarter (its code) and area."""

    due_at: datetime
    finals: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Preparing:
    """Computes the final reports from a snapshot of the database, before `Publish` opens a write transaction.

    The computation over all referrals of a quarter takes a while, and on SQLite a write transaction blocks all writers.
    """

    database: Database
    schedule: Schedule
    clock: Clock

    def __call__(self, command: Freeze) -> Publish:
        now = self.clock()
        due_at = now if command.immediately else self.schedule.newest_due(now)
        with self.database.snapshot() as connection:
            if not _is_due(connection, due_at):
                return Publish(due_at=due_at, finals={})
            quarters = [each for each in _unfinished(connection, now) if now >= each.ends + self.schedule.final_after]
            timelines = {quarter.code: queries.timelines_of(connection, quarter) for quarter in quarters}
            areas = queries.areas(connection)
        finals = {code: {each.area: to_json(each) for each in reports_on(of, areas)} for code, of in timelines.items()}
        return Publish(due_at=due_at, finals=finals)


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """Handles `Publish`. Returns 1 when a snapshot was frozen, and 0 when none was due.

    The row of the snapshot is written first, and commits with the figures: of two workers the second waits, finds it
    and does nothing, and one that is killed leaves nothing. After several missed times only the newest is caught up.
    """

    demonstration: bool

    def __call__(self, command: Publish, transaction: Transaction) -> int:
        connection, now, due_at = transaction.connection, transaction.at, command.due_at
        if not _is_due(connection, due_at):
            return 0
        if not insert_or_ignore(connection, snapshots, {"due_at": due_at, "frozen_at": now}):
            return 0
        whose = {"invented_data": self.demonstration or queries.any_invented(connection)}
        for quarter in _unfinished(connection, now):
            final = quarter.code in command.finals
            reports = command.finals[quarter.code] if final else _running(connection, quarter)
            if final:
                # The counts stored for comparison are not needed any more.
                connection.execute(sa.delete(held_counts).where(held_counts.c.period == quarter.code))
            key = {"period": quarter.code, "due_at": due_at, "final": final}
            rows = [{**key, "area": area, "content": {**content, **whose}} for area, content in reports.items()]
            insert(connection, published_reports, rows)
        transaction.audit("figures.frozen", subject_type="snapshot", subject_id=due_at.isoformat())
        return 1


def _unfinished(connection: sa.Connection, now: datetime) -> list[Quarter]:
    """Returns the quarters whose report is not final."""
    finished = queries.finished(connection)
    return [quarter for quarter in queries.quarters(connection, now) if quarter.code not in finished]


def _is_due(connection: sa.Connection, due_at: datetime) -> bool:
    """Returns whether no such or newer snapshot exists, referrals were received, and no rebuild is under way."""
    newest = queries.newest_snapshot(connection)
    first = queries.first_received(connection)
    is_new = (newest is None or newest.due_at < due_at) and first is not None and first < due_at
    return is_new and not rebuilding.under_way(connection)


def _running(connection: sa.Connection, quarter: Quarter) -> dict[str, Any]:
    """Returns the running report by area: for the whole partnership only."""
    of_quarter = held_counts.c.period == quarter.code
    published = connection.execute(sa.select(held_counts.c.counts).where(of_quarter)).scalar()
    counts = running.held(running.count(queries.places_of(connection, quarter)), published or {})
    if published is None:
        insert(connection, held_counts, {"period": quarter.code, "counts": counts})
    else:
        connection.execute(sa.update(held_counts).where(of_quarter).values(counts=counts))
    return {EVERYWHERE: running.to_json(counts)}
