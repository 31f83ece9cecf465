"""When a first contact is due: the decision plus the elapsed hours of its support level."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from services.contracts.codes import SupportLevel

CASE_HOURS: Mapping[SupportLevel, int] = MappingProxyType(
    {SupportLevel.URGENT: 24, SupportLevel.PLANNED: 72, SupportLevel.LIGHT: 168, SupportLevel.NONE: 168}
)
"""Elapsed hours by level, where a partnership has agreed no others."""


def case_due_at(decided_at: datetime, level: SupportLevel, hours: Mapping[SupportLevel, int] = CASE_HOURS) -> datetime:
    """Computed once, at the decision, and stored: a later change of the hours moves no promise already made."""
    return decided_at + timedelta(hours=hours.get(level, hours[SupportLevel.PLANNED]))
