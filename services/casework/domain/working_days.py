"""Working days in England: neither a weekend nor a bank holiday."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)
_SATURDAY = 5

IsHoliday = Callable[[date], bool]


def after_working_days(at: datetime, days: int, is_holiday: IsHoliday) -> datetime:
    """Returns the same time of day `days` working days later; from a day off, it counts from the next working day's midnight."""
    local = at.astimezone(LONDON)
    day, clock = local.date(), local.time()
    if not _is_working_day(day, is_holiday):
        day, clock = _next_working_day(day, is_holiday), time()
    for _ in range(days):
        day = _next_working_day(day, is_holiday)
    return datetime.combine(day, clock, LONDON).astimezone(at.tzinfo)


def start_of_day(day: date) -> datetime:
    """Midnight in London."""
    return datetime.combine(day, time(), LONDON)


def _next_working_day(day: date, is_holiday: IsHoliday) -> date:
    day += _DAY
    while not _is_working_day(day, is_holiday):
        day += _DAY
    return day


def _is_working_day(day: date, is_holiday: IsHoliday) -> bool:
    return day.weekday() < _SATURDAY and not is_holiday(day)
