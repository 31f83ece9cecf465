"""A due time in words, from now: "Overdue by 40 minutes", "Due in 1 hour", "Due tomorrow at 10am"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from services.kernel.ui import dates

_SOON = timedelta(hours=4)


@dataclass(frozen=True)
class Due:
    """`urgency` is overdue, soon or later: it colours what `text` already says."""

    text: str
    moment: str
    urgency: str


def due(at: datetime, now: datetime) -> Due:
    """Due within the hour counts minutes; today counts hours; later it is a day and a time."""
    if at < now:
        return Due(_("Overdue by %(time)s", time=_span(now - at)), dates.moment(at), "overdue")
    if at - now <= _SOON:
        return Due(_("Due in %(time)s", time=_span(at - now)), dates.moment(at), "soon")
    return Due(_due_on(at, now), dates.moment(at), "later")


def _due_on(at: datetime, now: datetime) -> str:
    day, today = dates.local(at).date(), dates.local(now).date()
    if day == today:
        return str(_("Due today at %(time)s", time=dates.time_of_day(at)))
    if day == today + timedelta(days=1):
        return str(_("Due tomorrow at %(time)s", time=dates.time_of_day(at)))
    return str(_("Due %(day)s at %(time)s", day=dates.day(at), time=dates.time_of_day(at)))


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return str(ngettext("%(num)d day", "%(num)d days", days))
    if not hours:
        return str(ngettext("%(num)d minute", "%(num)d minutes", max(minutes, 1)))
    told = str(ngettext("%(num)d hour", "%(num)d hours", hours))
    rest = minutes % 60
    return f"{told} {ngettext('%(num)d minute', '%(num)d minutes', rest)}" if rest else told
