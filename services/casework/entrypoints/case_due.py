"""A due time in words, from now: "Overdue by 40 minutes", "Due in 1 hour", "Due tomorrow"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from services.platform.ui import dates

_SOON = timedelta(hours=4)


@dataclass(frozen=True)
class Due:
    """`urgency` is overdue, soon or later: it colours what `text` already says."""

    text: str
    timestamp: str
    urgency: str


def due(at: datetime, now: datetime) -> Due:
    """Minutes or hours if soon, otherwise the day. The exact time is always shown below."""
    if at < now:
        return Due(str(_("Overdue by %(time)s", time=_span(now - at))), dates.timestamp(at), "overdue")
    if at - now <= _SOON:
        return Due(str(_("Due in %(time)s", time=_span(at - now))), dates.timestamp(at), "soon")
    return Due(_due_on(at, now), dates.timestamp(at), "later")


def _due_on(at: datetime, now: datetime) -> str:
    days = (dates.local(at).date() - dates.local(now).date()).days
    if days == 0:
        return str(_("Due today"))
    if days == 1:
        return str(_("Due tomorrow"))
    return str(ngettext("Due in %(num)d day", "Due in %(num)d days", days))


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return str(ngettext("%(num)d day", "%(num)d days", days))
    if not hours:
        return str(ngettext("%(num)d minute", "%(num)d minutes", max(minutes, 1)))
    text = str(ngettext("%(num)d hour", "%(num)d hours", hours))
    rest = minutes % 60
    return f"{text} {ngettext('%(num)d minute', '%(num)d minutes', rest)}" if rest else text
