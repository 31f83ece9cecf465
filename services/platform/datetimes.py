"""Parses every date and time that a person types or a program sends. Typed times are London's.

A fault is a NotReadable: its text is the sentence to show, with `%(field)s` in place of the field's label.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.platform.i18n import N_
from services.platform.identifiers import plain_characters

ZONE = ZoneInfo("Europe/London")
MIN_YEAR, MAX_YEAR = 1900, 2099
DATE_PARTS = ("day", "month", "year")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MIN_ABBREVIATION = 3
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ISO_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
_MAX_OFFSET = timedelta(hours=14)
_TYPED_DATE = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)? ([0-9]{1,2}|[a-z]+)[.,]? ([0-9]+)", re.ASCII)
_TYPED_TIME = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))? ?(am|pm|a\.m\.|p\.m\.)?", re.ASCII)
_NAMED_TIMES = {"midnight": time(0), "midday": time(12), "noon": time(12)}

_NOT_A_DATE = N_("%(field)s must be a real date")
_NOT_A_TIMESTAMP = N_("%(field)s must be a real date and time")
_NOT_A_TIME = N_("%(field)s must have a time, for example 14:30 or 2:30pm")
_YEAR_RANGE = N_("%(field)s must have a year from 1900 to 2099")
_NO_OFFSET = N_("%(field)s must include the offset from UTC: end it with Z, +00:00 or +01:00")
_SKIPPED = N_("%(field)s must be a real time: the clocks go forward past that time on that day")
_REPEATED = N_("%(field)s occurs twice on that day. Select whether it is before or after the clocks go back")
_MISSING = {
    ("day",): N_("%(field)s must include a day"),
    ("month",): N_("%(field)s must include a month"),
    ("year",): N_("%(field)s must include a year"),
    ("day", "month"): N_("%(field)s must include a day and month"),
    ("day", "year"): N_("%(field)s must include a day and year"),
    ("month", "year"): N_("%(field)s must include a month and year"),
    DATE_PARTS: N_("%(field)s must include a day, month and year"),
}


class Clocks(StrEnum):
    """Which of the two times is meant when the clocks go back and an hour occurs twice."""

    BEFORE = "before"
    AFTER = "after"


class NotReadable(ValueError):
    """The text is not a date or time, or is ambiguous."""


class RepeatedHour(NotReadable):
    """The time is in the hour that occurs twice, and the text does not state which one is meant."""


class TypedDate(NamedTuple):
    """The three inputs of a date. Any of them may also contain a complete written date: "3 March 2026"."""

    day: str
    month: str
    year: str

    def read(self) -> date:
        parts = [plain_characters(part).lower() for part in self]
        found = _TYPED_DATE.fullmatch(" ".join(part for part in parts if part))
        if found is None:
            missing = tuple(name for name, part in zip(DATE_PARTS, parts, strict=True) if not part)
            raise NotReadable(_MISSING.get(missing, _NOT_A_DATE))
        return _day(found[3], _month(found[2]), found[1])


class TypedTimestamp(NamedTuple):
    """The inputs of a date and a time of day. `clocks` is a value of Clocks if the page asked for it, or ""."""

    date: TypedDate
    time: str
    clocks: str = ""

    def read(self) -> datetime:
        return in_london(self.date.read(), read_time(self.time), self.clocks)

    @property
    def is_repeated(self) -> bool:
        """Returns whether the time occurs twice, so that the page must ask which one is meant."""
        try:
            self._replace(clocks="").read()
        except RepeatedHour:
            return True
        except NotReadable:
            pass
        return False


def read_date(text: str) -> date:
    """Parses a date YYYY-MM-DD."""
    if not _ISO_DATE.fullmatch(text):
        raise NotReadable(_NOT_A_DATE)
    year, month, day = text.split("-")
    return _day(year, int(month), day)


def read_timestamp(text: str) -> datetime:
    """Parses an aware time such as 2026-11-22T02:10:00Z. The offset is required and preserved."""
    found = _ISO_TIMESTAMP.fullmatch(text)
    if found is None:
        raise NotReadable(_NOT_A_TIMESTAMP)
    if found[3] is None:
        raise NotReadable(_NO_OFFSET)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NotReadable(_NOT_A_TIMESTAMP) from None
    if abs(at.utcoffset() or timedelta()) > _MAX_OFFSET:
        raise NotReadable(_NOT_A_TIMESTAMP)
    _require_year(at.year)
    return at


def read_time(text: str) -> time:
    """Parses a time of day as people write it: 14:30, 14.30, 1430, 2:30pm, 2pm, midday. A bare hour is ambiguous."""
    typed = plain_characters(text).lower()
    if typed in _NAMED_TIMES:
        return _NAMED_TIMES[typed]
    found = _TYPED_TIME.fullmatch(typed)
    if found is None or not (found[2] or found[3]):
        raise NotReadable(_NOT_A_TIME)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            raise NotReadable(_NOT_A_TIME)
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise NotReadable(_NOT_A_TIME) from None


def in_london(day: date, clock: time, clocks: str = "") -> datetime:
    """Converts London clock time to UTC.

    Raises NotReadable for an hour that the clocks skip, RepeatedHour for one that occurs twice when `clocks` is not
    set.
    """
    first, second = (datetime.combine(day, clock.replace(fold=fold), ZONE) for fold in (0, 1))
    summer, winter = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if summer < winter:
        raise NotReadable(_SKIPPED)
    if summer > winter and clocks not in list(Clocks):
        raise RepeatedHour(_REPEATED)
    return (second if clocks == Clocks.AFTER else first).astimezone(UTC)


def clocks_of(at: datetime) -> Clocks | None:
    """Returns which of two equal London clock times an instant is, or None if the time does not occur twice."""
    local = at.astimezone(ZONE)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return None
    return Clocks.AFTER if local.fold else Clocks.BEFORE


def inputs(value: date | datetime) -> dict[str, str]:
    """Returns the values of the inputs of a date or time by part: "day", "month", "year", "time", "clocks"."""
    if not isinstance(value, datetime):
        return {part: str(getattr(value, part)) for part in DATE_PARTS}
    local = value.astimezone(ZONE)
    shown = inputs(local.date()) | {"time": f"{local:%H:%M}"}
    clocks = clocks_of(value)
    return shown | ({"clocks": clocks.value} if clocks else {})


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    found = [at for at, name in enumerate(_MONTHS, 1) if name.startswith(text) and len(text) >= _MIN_ABBREVIATION]
    if not found:
        raise NotReadable(_NOT_A_DATE)
    return found[0]


def _day(year: str, month: int, day: str) -> date:
    if len(year) != len(str(MIN_YEAR)):
        raise NotReadable(_YEAR_RANGE)
    try:
        found = date(int(year), month, int(day))
    except ValueError:
        raise NotReadable(_NOT_A_DATE) from None
    _require_year(found.year)
    return found


def _require_year(year: int) -> None:
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise NotReadable(_YEAR_RANGE)
