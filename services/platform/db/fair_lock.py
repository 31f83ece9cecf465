"""Writers in one process take lock, first come, first served: each is woken when its turn has come, and none polls."""

import threading
from collections import deque


class FairLock:
    """SQLite has one writer at a time and lets the others sleep and look again, the longest waiting most seldom."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def acquire(self, *, within: float) -> bool:
        """Wait for one's turn. False when it has not come within so many seconds."""
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
                return True  # it came just now
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """Let the next one go on: the turn is handed over, so that nobody can slip in between."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
