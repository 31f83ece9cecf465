"""Settings of oversight: those of every service, and when its figures are frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Self

from services.oversight.schedule import Schedule
from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, platform_settings, whole_number

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    schedule: Schedule = field(default_factory=Schedule)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        schedule = Schedule(
            weekday=_weekday(environ, "SNAPSHOT_WEEKDAY"),
            at=_time(environ, "SNAPSHOT_TIME"),
            final_after=timedelta(weeks=whole_number(environ, "FINAL_REPORT_WEEKS", default=4, minimum=1, maximum=26)),
        )
        return cls(**platform_settings(environ), schedule=schedule)


def _weekday(environ: Mapping[str, str], name: str) -> int:
    text = (environ.get(name) or _WEEKDAYS[0]).lower()
    if text not in _WEEKDAYS:
        raise SettingsError(f"The setting {name} must be a day of the week: monday, tuesday and so on.")
    return _WEEKDAYS.index(text)


def _time(environ: Mapping[str, str], name: str) -> time:
    text = environ.get(name) or "06:00"
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != len("06:00") or found.tzinfo is not None:
        raise SettingsError(f"The setting {name} must be a time of day such as 06:00.")
    return found
