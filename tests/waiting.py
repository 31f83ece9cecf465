"""Waits for a condition, with a bound: a test never sleeps for a guessed time."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], *, within: float = 20.0, what: str = "the condition") -> None:
    """Return as soon as the condition holds. Raises AssertionError when it does not within so many seconds."""
    until = time.monotonic() + within
    while not condition():
        assert time.monotonic() < until, f"waited {within} s for {what}"
        time.sleep(0.02)
