"""The time is passed in, so that a test can set it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def not_before(at: datetime, *earlier: datetime | None) -> datetime:
    """The time, or the latest of those that it follows: a clock may be set back, and nothing happens before its cause."""
    return max([at, *(one for one in earlier if one is not None)])


def just_after(at: datetime, *earlier: datetime | None) -> datetime:
    """The same where two times must differ, because the later one decides."""
    last = max((one for one in earlier if one is not None), default=None)
    return at if last is None or at > last else last + timedelta(microseconds=1)
