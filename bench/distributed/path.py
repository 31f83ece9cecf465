"""The whole path through every process: how many go all the way a second, and how long one takes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg

from bench.distributed.installation import Installation, percentiles

CLIENTS = 8
_PATIENCE_SECONDS = 120.0

_ARRIVED = """
SELECT count(*) FROM casework.reviews
WHERE EXISTS (SELECT FROM casework.estimates WHERE estimates.referral_id = reviews.referral_id)
"""

# From the moment intake begins its transaction to the commit of the one in which casework has handled the event: rows
# of an inbox are never changed, so what PostgreSQL keeps of their commit is when anybody could first see the outcome.
_UNTIL_HANDLED = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(inbox.xmin) - referrals.received_at) AS seconds
FROM {owner}.outbox
CROSS JOIN LATERAL (SELECT convert_from(outbox.value, 'UTF8')::json AS event) AS told
JOIN casework.inbox ON inbox.event_id = outbox.event_id
JOIN intake.referrals ON referrals.id = (told.event -> 'data' ->> 'referral_id')::uuid
WHERE told.event ->> 'type' = '{event}' AND referrals.received_at >= %(since)s
"""
_REVIEWABLE = _UNTIL_HANDLED.format(owner="intake", event="intake.referral.received")
_ESTIMATED = _UNTIL_HANDLED.format(owner="scoring", event="scoring.referral.estimated")


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Seconds from received at the 50th, 95th and 99th percentile, under so many a second."""

    asked_per_second: float
    per_second: float
    reviewable: Iterable[float]
    estimated: Iterable[float]


@dataclass(kw_only=True)
class Path:
    """All roles of all services run; the sender is a process of its own on the same machine."""

    at: Installation
    example: Mapping[str, Any]
    token: str
    _sent: "count[int]" = field(default_factory=lambda: count(0, 100_000))

    def throughput(self, referrals: int) -> float:
        """Referrals a second that became reviewable and estimated, from the first one sent to the last one there."""
        with self.at.everything() as connection:
            before, began = _arrived(connection), time.perf_counter()
            self._send(referrals, None)
            self._wait(connection, before + referrals)
            return referrals / (time.perf_counter() - began)

    def waits(self, per_second: float, *, seconds: float) -> Waits:
        referrals = round(per_second * seconds)
        with self.at.everything() as connection:
            before = _arrived(connection)
            since = connection.execute("SELECT now()").fetchone()
            began = time.perf_counter()
            self._send(referrals, per_second)
            sent_in = time.perf_counter() - began
            self._wait(connection, before + referrals)
            assert since is not None
            return Waits(
                asked_per_second=per_second,
                per_second=referrals / sent_in,
                reviewable=percentiles(connection, _REVIEWABLE, since[0]),
                estimated=percentiles(connection, _ESTIMATED, since[0]),
            )

    def _send(self, referrals: int, per_second: float | None) -> None:
        given = {"example": self.example, "token": self.token, "connections": CLIENTS, "per_second": per_second}
        port, first = self.at.waymark.web["intake"].port, next(self._sent)
        sender = [sys.executable, "-m", "bench.sender", str(port), str(referrals), str(first)]
        subprocess.run(sender, input=json.dumps(given), text=True, check=True)  # noqa: S603 (our own module)

    def _wait(self, connection: psycopg.Connection[Any], wanted: int) -> None:
        until = time.perf_counter() + _PATIENCE_SECONDS
        while _arrived(connection) < wanted:
            if time.perf_counter() > until:
                raise SystemExit(f"Of {wanted} referrals, {_arrived(connection)} came to the end of their path.")
            time.sleep(0.1)


def _arrived(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute(_ARRIVED).fetchone()
    assert found is not None
    return int(found[0])
