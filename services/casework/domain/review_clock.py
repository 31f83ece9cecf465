"""When a review is due: the time it was received plus elapsed hours, fewer where there may be danger."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class ReviewHours:
    """Elapsed hours from received to decided, where a partnership has agreed no others."""

    usual: int = 24
    danger: int = 2

    def due_at(self, received_at: datetime, *, danger: bool) -> datetime:
        return received_at + timedelta(hours=self.danger if danger else self.usual)
