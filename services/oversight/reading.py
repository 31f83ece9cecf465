"""The one way in which page, file and API read a report: from frozen figures, with an audit row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from services.oversight import queries
from services.oversight.periods import NoSuchPeriod, Quarter
from services.oversight.report import EVERYWHERE
from services.oversight.schedule import Schedule
from services.platform.errors import Conflict, NotFound
from services.platform.i18n import N_
from services.platform.ui import dates
from services.platform.web import current

EXTENSION = "waymark_oversight_schedule"


class NoSuchArea(NotFound):
    title = N_("There is no report for this area")


class AreaNotFinal(Conflict):
    """The quarter is shown for the whole partnership only, until its report is final."""

    title = N_("There is no report on this area yet")

    def __init__(self, final_at: datetime) -> None:
        super().__init__(_("Areas of this quarter are published on %(day)s.", day=dates.day(final_at)))


class NothingFrozen(Conflict):
    title = N_("There are no figures yet")

    def __init__(self, first_at: datetime) -> None:
        super().__init__(_("The first figures will be published on %(time)s.", time=dates.timestamp(first_at)))
        self.first_at = first_at


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A frozen report, the other choices, and when the next one is due."""

    period: Quarter
    area: str
    periods: Sequence[Quarter]
    areas: Sequence[str]
    as_of: datetime
    next_at: datetime
    final: bool
    final_at: datetime
    content: Mapping[str, Any]
    """The fields of `report.to_json`; for a quarter without a final report those of `running.to_json`."""


def schedule() -> Schedule:
    found: Schedule = current_app.extensions[EXTENSION]
    return found


def read(period: str | None, area: str, *, form: str) -> Reading:
    """Returns the report (on the newest quarter if none is named).

    `form` is the format: page, csv or json. Raises NothingFrozen, NoSuchPeriod, NoSuchArea or AreaNotFinal.
    """
    plan = schedule()
    with current.transaction() as transaction:
        connection, next_at = transaction.connection, plan.next_due(transaction.at)
        named = Quarter.read(period) if period else None
        periods = queries.published_periods(connection)
        if not periods:
            raise NothingFrozen(next_at)
        quarter = named or periods[0]
        if quarter not in periods:
            raise NoSuchPeriod
        row = queries.published(connection, quarter, area)
        if row is None:
            final = queries.published(connection, quarter, EVERYWHERE).final
            raise NoSuchArea if final else AreaNotFinal(plan.final_due(quarter))
        transaction.audit(
            "report.read", subject_type="report", subject_id=quarter.code, details={"area": area or "all", "form": form}
        )
        return Reading(
            period=quarter,
            area=area,
            periods=periods,
            areas=queries.published_areas(connection, quarter),
            as_of=row.frozen_at,
            next_at=next_at,
            final=row.final,
            final_at=plan.final_due(quarter),
            content=row.content,
        )
