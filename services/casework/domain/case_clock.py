"""When a first contact is due, and which day it is where the young person lives."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.contracts.codes import SupportLevel

_LONDON = ZoneInfo("Europe/London")
CASE_HOURS: Mapping[SupportLevel, int] = MappingProxyType(
    {SupportLevel.URGENT: 24, SupportLevel.PLANNED: 72, SupportLevel.LIGHT: 168, SupportLevel.NONE: 168}
)
"""Elapsed hours by level, where a partnership has agreed no others."""


def case_due_at(decided_at: datetime, level: SupportLevel, hours: Mapping[SupportLevel, int] = CASE_HOURS) -> datetime:
    """Computed once, at the decision, and stored: a later change of the hours moves no promise already made."""
    return decided_at + timedelta(hours=hours.get(level, hours[SupportLevel.PLANNED]))


def london_day(timestamp: datetime) -> date:
    """The day that London's calendar shows at an aware time."""
    return timestamp.astimezone(_LONDON).date()
