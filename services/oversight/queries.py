"""Reads journeys for a report. What comes out of here is not disclosed yet: it goes to `report`, never to a page."""

from datetime import datetime

import sqlalchemy as sa

from services.oversight.held import to_journey
from services.oversight.journeys import Journey
from services.oversight.periods import Quarter, between
from services.oversight.tables import journeys, models


def journeys_of(connection: sa.Connection, quarter: Quarter) -> list[Journey]:
    """The journeys of the referrals received in the quarter (found by index)."""
    within = sa.and_(journeys.c.received_at >= quarter.begins, journeys.c.received_at < quarter.ends)
    return [to_journey(row) for row in connection.execute(sa.select(journeys).where(within))]


def quarters(connection: sa.Connection, now: datetime) -> list[Quarter]:
    """Every quarter from the first referral to now, newest first."""
    first: datetime | None = connection.scalar(sa.select(sa.func.min(journeys.c.received_at)))
    this = Quarter.of(now)
    return list(between(min(Quarter.of(first), this) if first else this, this))[::-1]


def areas(connection: sa.Connection) -> list[str]:
    """The areas that referrals ever came from: the same in every report, whatever its counts."""
    found = sa.select(journeys.c.area).where(journeys.c.area.is_not(None)).distinct().order_by(journeys.c.area)
    return list(connection.scalars(found))


def any_invented(connection: sa.Connection) -> bool:
    """Whether a model made from invented data was ever in use here."""
    return (
        connection.execute(sa.select(models.c.model_version).where(models.c.invented_data).limit(1)).first() is not None
    )


def how_many(connection: sa.Connection) -> int:
    """Of how many referrals anything is known: for who runs the service, never for a page."""
    return connection.execute(sa.select(sa.func.count()).select_from(journeys)).scalar_one()
