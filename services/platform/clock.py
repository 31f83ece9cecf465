"""Passes the current time in, so that a test can set it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def not_before(at: datetime, *earlier: datetime | None) -> datetime:
    """Returns the time, or the latest of the earlier ones: a clock may be set back, and an effect never precedes its
    cause."""
    return max([at, *(one for one in earlier if one is not None)])


def just_after(at: datetime, *earlier: datetime | None) -> datetime:
    """Like `not_before`, but strictly later: for two times that must differ because the later one decides."""
    last = max((one for one in earlier if one is not None), default=None)
    return at if last is None or at > last else last + timedelta(microseconds=1)
