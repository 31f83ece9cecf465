"""When a first contact is due, and the date in London."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.contracts.codes import SupportLevel

_LONDON = ZoneInfo("Europe/London")
CASE_HOURS: Mapping[SupportLevel, int] = MappingProxyType(
    {SupportLevel.URGENT: 24, SupportLevel.PLANNED: 72, SupportLevel.LIGHT: 168, SupportLevel.NONE: 168}
)
"""Default elapsed hours by level."""


def case_due_at(decided_at: datetime, level: SupportLevel, hours: Mapping[SupportLevel, int] = CASE_HOURS) -> datetime:
    """Returns the due time. It is computed once, at the decision, so a later change of the setting does not affect it."""
    return decided_at + timedelta(hours=hours.get(level, hours[SupportLevel.PLANNED]))


def london_day(timestamp: datetime) -> date:
    """Returns the date in London at an aware time."""
    return timestamp.astimezone(_LONDON).date()
