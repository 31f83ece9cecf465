"""Reads timelines for freezing, and frozen figures for the pages.

Results from timelines are not disclosed yet: they go to `freezing`, never to a page.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.oversight.periods import Quarter, between
from services.oversight.running import Counted
from services.oversight.tables import models, published_reports, snapshots, timelines
from services.oversight.timeline_store import to_timeline
from services.oversight.timelines import ReferralTimeline


def timelines_of(connection: sa.Connection, quarter: Quarter) -> list[ReferralTimeline]:
    """Returns the timelines of the referrals received in the quarter (found by index)."""
    return [to_timeline(row) for row in connection.execute(sa.select(timelines).where(_received_in(quarter)))]


def places_of(connection: sa.Connection, quarter: Quarter) -> Counted:
    """Returns the same by review and pathway, counted by the database."""
    by = (timelines.c.review_state, timelines.c.pathway)
    found = sa.select(*by, sa.func.count()).where(_received_in(quarter)).group_by(*by)
    return [(state, pathway, number) for state, pathway, number in connection.execute(found)]


def first_received(connection: sa.Connection) -> datetime | None:
    first: datetime | None = connection.scalar(sa.select(sa.func.min(timelines.c.received_at)))
    return first


def quarters(connection: sa.Connection, now: datetime) -> list[Quarter]:
    """Returns every quarter from the first referral to now."""
    first, this = first_received(connection), Quarter.of(now)
    return list(between(min(Quarter.of(first), this) if first else this, this))


def areas(connection: sa.Connection) -> list[str]:
    """Returns the areas of all referrals ever received: the same in every report, whatever its counts."""
    found = sa.select(timelines.c.area).where(timelines.c.area.is_not(None)).distinct().order_by(timelines.c.area)
    return list(connection.scalars(found))


def any_invented(connection: sa.Connection) -> bool:
    """Returns whether a model made from invented data was ever in use here."""
    return (
        connection.execute(sa.select(models.c.model_version).where(models.c.invented_data).limit(1)).first() is not None
    )


def newest_snapshot(connection: sa.Connection) -> Any:
    """Returns its row, or None before the first."""
    return connection.execute(sa.select(snapshots).order_by(snapshots.c.due_at.desc()).limit(1)).first()


def finished(connection: sa.Connection) -> set[str]:
    """Returns the codes of the quarters whose report is final."""
    of_final = sa.select(published_reports.c.period).where(published_reports.c.final).distinct()
    return set(connection.scalars(of_final))


def published_periods(connection: sa.Connection) -> list[Quarter]:
    """Returns the quarters with published figures, newest first."""
    found = connection.scalars(sa.select(published_reports.c.period).distinct())
    return sorted(map(Quarter.read, found), reverse=True)


def published_areas(connection: sa.Connection, quarter: Quarter) -> Sequence[str]:
    """Returns the areas with a report on the quarter, the whole partnership (the empty code) first."""
    column = published_reports.c.area
    of_quarter = published_reports.c.period == quarter.code
    return connection.scalars(sa.select(column).where(of_quarter).distinct().order_by(column)).all()


def published(connection: sa.Connection, quarter: Quarter, area: str) -> Any:
    """Returns the newest report on a quarter and area, with the time of its snapshot; None if there is none."""
    found = (
        sa.select(published_reports, snapshots.c.frozen_at)
        .join_from(published_reports, snapshots)
        .where(published_reports.c.period == quarter.code, published_reports.c.area == area)
    )
    return connection.execute(found.order_by(snapshots.c.due_at.desc()).limit(1)).first()


def _received_in(quarter: Quarter) -> sa.ColumnElement[bool]:
    return sa.and_(timelines.c.received_at >= quarter.begins, timelines.c.received_at < quarter.ends)
