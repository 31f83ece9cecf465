"""When a review is due: elapsed hours from when it was received, and before the young person leaves hospital."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Departure:
    """When the young person is expected to leave hospital, and when that was first known."""

    at: datetime
    known_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReviewHours:
    """Elapsed hours from received to decided, where a partnership has agreed no others."""

    usual: int = 24
    danger: int = 2
    before_departure: int = 1
    """So many hours before they leave hospital, where that is sooner."""

    def due_at(
        self,
        received_at: datetime,
        *,
        danger: bool,
        paused_for: timedelta = timedelta(),
        departure: Departure | None = None,
    ) -> datetime:
        """Time for an answer is given back, but never where there may be danger, and never past the departure."""
        due = received_at + (timedelta(hours=self.danger) if danger else timedelta(hours=self.usual) + paused_for)
        before_leaving = self.before(departure)
        return due if before_leaving is None else min(due, before_leaving)

    def before(self, departure: Departure | None) -> datetime | None:
        """The last time that is of use before the departure.

        At once when less time was left when it became known; none when they had left by then.
        """
        if departure is None or departure.at <= departure.known_at:
            return None
        return max(departure.at - timedelta(hours=self.before_departure), departure.known_at)
