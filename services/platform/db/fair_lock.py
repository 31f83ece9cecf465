"""A first-come, first-served lock for the writers of one process: each thread is woken in turn, and none polls."""

import threading
from collections import deque


class FairLock:
    """Orders the writers of an SQLite database, which has one writer at a time.

    SQLite itself makes waiting writers poll, those that waited longest most rarely.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def acquire(self, *, within: float) -> bool:
        """Waits for the lock. Returns False if it is not acquired within the given seconds."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=within):
            return True
        with self._lock:
            if mine not in self._waiting:
                return True  # acquired at the last instant
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """Hands the lock over to the next waiting thread, so that no other thread can take it in between."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
