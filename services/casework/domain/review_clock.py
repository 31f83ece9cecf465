"""When a review is due: elapsed hours after receipt, and before the young person leaves hospital."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Departure:
    """When the young person is expected to leave hospital, and when that was first known."""

    at: datetime
    known_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReviewHours:
    """Default elapsed hours from receipt to decision."""

    usual: int = 24
    danger: int = 2
    before_departure: int = 1
    """Hours before they leave hospital, if that is sooner."""

    def due_at(
        self,
        received_at: datetime,
        *,
        danger: bool,
        paused_for: timedelta = timedelta(),
        departure: Departure | None = None,
    ) -> datetime:
        """Returns the due time. Pauses extend it, except where there may be danger, and never past the departure."""
        due = received_at + (timedelta(hours=self.danger) if danger else timedelta(hours=self.usual) + paused_for)
        before_leaving = self.before(departure)
        return due if before_leaving is None else min(due, before_leaving)

    def before(self, departure: Departure | None) -> datetime | None:
        """Returns the latest useful time before the departure.

        If less time was left when it became known, returns `known_at`; if they had already left, None.
        """
        if departure is None or departure.at <= departure.known_at:
            return None
        return max(departure.at - timedelta(hours=self.before_departure), departure.known_at)
