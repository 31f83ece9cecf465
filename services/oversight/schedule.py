"""The schedule: figures are frozen once a week in London time, and a quarter's report becomes final after a delay."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.oversight.periods import LONDON, Quarter

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """`weekday` counts from Monday, 0. The time is London's, in summer and in winter."""

    weekday: int = 0
    at: time = time(6)
    final_after: timedelta = timedelta(weeks=4)
    """From the end of a quarter until its report is made, for the whole partnership and each area."""

    def newest_due(self, now: datetime) -> datetime:
        """Returns the last time, up to now, at which a snapshot was due."""
        here = now.astimezone(LONDON)
        day = here.date() - timedelta(days=(here.weekday() - self.weekday) % 7)
        due = datetime.combine(day, self.at, tzinfo=LONDON)
        return due if due <= now else due - _WEEK  # a calendar week: the same time of day

    def next_due(self, now: datetime) -> datetime:
        return self.newest_due(now) + _WEEK

    def final_due(self, quarter: Quarter) -> datetime:
        """Returns the time of the first snapshot after the delay: it makes the quarter's report."""
        earliest = quarter.ends + self.final_after
        due = self.newest_due(earliest)
        return due if due == earliest else due + _WEEK
