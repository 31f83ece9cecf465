"""Formats dates and times in GOV.UK style, in London's time."""

from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _

from services.platform.datetimes import ZONE, Clocks, clocks_of
from services.platform.i18n import N_

_CLOCKS = {Clocks.BEFORE: N_("before the clocks go back"), Clocks.AFTER: N_("after the clocks go back")}


def local(timestamp: datetime) -> datetime:
    """Converts an aware time to London's time."""
    return timestamp.astimezone(ZONE)


def day(value: date | datetime | None) -> str:
    """22 November 2026."""
    if value is None:
        return ""
    on = local(value).date() if isinstance(value, datetime) else value
    return str(format_date(on, "d MMMM y", rebase=False))


def time_of_day(timestamp: datetime) -> str:
    """9:42am, midday, midnight; 1:30am (after the clocks go back) in the hour that occurs twice."""
    at = local(timestamp)
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return str(_("midday") if at.hour else _("midnight"))
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    clocks = clocks_of(timestamp)
    which = f" ({_(_CLOCKS[clocks])})" if clocks else ""
    return f"{hour}{minutes}{_('am') if at.hour < 12 else _('pm')}{which}"


def timestamp(value: datetime | None) -> str:
    """22 November 2026 at 9:42am."""
    if value is None:
        return ""
    return str(_("%(day)s at %(time)s", day=day(value), time=time_of_day(value)))
