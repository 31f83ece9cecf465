"""How page, file and API all read a report: one way, through the disclosed object, leaving an access row."""

from services.kernel.errors import NotFound
from services.kernel.text import N_
from services.kernel.web import current
from services.oversight import queries, rebuilding
from services.oversight.periods import NoSuchPeriod, Quarter
from services.oversight.report import EVERYWHERE, Report, report_on


class NoSuchArea(NotFound):
    title = N_("There is no report for this area")


def read(period: str | None, area: str, *, form: str) -> tuple[Report, list[Quarter]]:
    """The report (on the newest quarter if none is named) and the quarters there are.

    `form` is how it is read: page, csv or json. Raises NoSuchPeriod, NoSuchArea or BeingRebuilt.
    """
    with current.transaction() as transaction:
        connection = transaction.connection
        if rebuilding.under_way(connection):
            raise rebuilding.BeingRebuilt
        quarters = queries.quarters(connection, current.now())
        quarter = Quarter.read(period) if period else quarters[0]
        areas = queries.areas(connection)
        if quarter not in quarters:
            raise NoSuchPeriod
        if area not in (EVERYWHERE, *areas):
            raise NoSuchArea
        report = report_on(
            queries.journeys_of(connection, quarter),
            period=quarter.code,
            area=area,
            areas=areas,
            invented_data=current.site().demonstration or queries.any_invented(connection),
        )
        transaction.audit(
            "report.read", subject_type="report", subject_id=quarter.code, details={"area": area or "all", "form": form}
        )
    return report, quarters
