"""Limits the requests per minute of one account, and of one organisation, across all processes of a service."""

import math
import threading
from datetime import datetime, timedelta
from uuid import UUID

from services.platform.auth.identity import Identity
from services.platform.clock import Clock
from services.platform.db import request_counts
from services.platform.db.engine import Database
from services.platform.db.tables import PlatformTables
from services.platform.errors import ApplicationError
from services.platform.i18n import N_
from services.platform.settings import RateLimits

_MINUTE = timedelta(minutes=1)
_PARTS = 50
"""A process reserves a fiftieth of a limit at a time, so that few requests need a transaction."""


class TooManyRequests(ApplicationError):
    """The account, or its whole organisation, has used this minute's requests."""

    status = 429
    title = N_("Too many requests")

    def __init__(self, *, wait: timedelta) -> None:
        super().__init__(N_("You or your organisation have made too many requests. Wait a minute, then try again."))
        self.headers = {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}


class Rates:
    """Counts in the service's database, so that all its processes together admit no more than the limit.

    Requests that a process reserved and did not use expire with the minute: with many processes an account may be
    refused slightly before its limit, and is never admitted beyond it.
    """

    def __init__(self, database: Database, tables: PlatformTables, limits: RateLimits, clock: Clock) -> None:
        self._database = database
        self._tables = tables
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._begin(None)

    def count(self, who: Identity) -> None:
        """Counts one request. Raises TooManyRequests."""
        at = self._clock()
        minute = at.replace(second=0, microsecond=0)
        limits = ((who.staff_id, self._limits.per_account), (who.organisation_id, self._limits.per_organisation))
        if not all(self._one_of(subject, limit, minute) for subject, limit in limits):
            raise TooManyRequests(wait=minute + _MINUTE - at)

    def _begin(self, minute: datetime | None) -> None:
        self._minute = minute
        self._left: dict[UUID, int] = {}
        self._spent: set[UUID] = set()

    def _one_of(self, subject: UUID, limit: int, minute: datetime) -> bool:
        """Takes one of the subject's requests of this minute. Returns whether one was left."""
        with self._lock:
            if minute != self._minute:
                self._begin(minute)
            if self._left.get(subject):
                self._left[subject] -= 1
                return True
            if subject in self._spent:
                return False
        return self._one_of_more(subject, limit, minute)

    def _one_of_more(self, subject: UUID, limit: int, minute: datetime) -> bool:
        wanted = max(1, limit // _PARTS)
        with self._database.write() as connection:
            taken = request_counts.take(connection, self._tables, subject, minute=minute, wanted=wanted, limit=limit)
        with self._lock:
            if minute == self._minute and taken:
                self._left[subject] = self._left.get(subject, 0) + taken - 1
            elif minute == self._minute:
                self._spent.add(subject)
        return taken > 0
