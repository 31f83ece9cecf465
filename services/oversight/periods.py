"""Calendar quarters. They never overlap: two reports cannot be subtracted from each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.platform.errors import NotFound
from services.platform.i18n import N_

LONDON = ZoneInfo("Europe/London")
_CODE = re.compile(r"(20[0-9]{2})-Q([1-4])", re.ASCII)


class NoSuchPeriod(NotFound):
    title = N_("There is no report for this period")


@dataclass(frozen=True, order=True)
class Quarter:
    """Quarter 1 to 4 of a calendar year, in London's days."""

    year: int
    number: int

    @classmethod
    def of(cls, timestamp: datetime) -> "Quarter":
        day = timestamp.astimezone(LONDON)
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def read(cls, code: str) -> "Quarter":
        """From "2026-Q4". Raises NoSuchPeriod."""
        found = _CODE.fullmatch(code)
        if found is None:
            raise NoSuchPeriod
        return cls(int(found[1]), int(found[2]))

    @property
    def code(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def begins(self) -> datetime:
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=LONDON)

    @property
    def ends(self) -> datetime:
        return self.next.begins


def between(first: Quarter, last: Quarter) -> Iterator[Quarter]:
    """Returns both and all in between, oldest first."""
    while first <= last:
        yield first
        first = first.next
