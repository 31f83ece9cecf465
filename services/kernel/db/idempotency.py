"""A creating request sent twice has one effect: its key is stored in the transaction of that effect."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from services.kernel.db.tables import KernelTables
from services.kernel.db.upsert import insert_or_ignore
from services.kernel.errors import Conflict
from services.kernel.text import N_

KEPT_FOR = timedelta(days=7)


class KeyReused(Conflict):
    """The same Idempotency-Key came with another body."""

    title = N_("This Idempotency-Key was used for a different request")


@dataclass(frozen=True, kw_only=True)
class Once:
    """How one request is known again, and what it is answered when it succeeds."""

    scope: str
    key: str
    body_sha256: str
    answer: tuple[int, str]
    """Status and Location. Whoever asks has made the id, so both are known before anything is done."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    location: str
    replayed: bool


def earlier_answer(connection: sa.Connection, tables: KernelTables, once: Once, *, at: datetime) -> Answer | None:
    """Take the key, or give the answer it had. A second request with the key waits for the first to end.

    Raises KeyReused when the key came with another body.
    """
    keys = tables.idempotency_keys
    row = {"scope": once.scope, "key": _digest(once), "body_sha256": once.body_sha256, "created_at": at}
    status, location = once.answer
    if insert_or_ignore(connection, keys, {**row, "status": status, "location": location}):
        return None
    held = connection.execute(_held(keys), {"its_scope": once.scope, "its_key": row["key"]}).one()
    if not hmac.compare_digest(held.body_sha256, once.body_sha256):
        raise KeyReused
    return Answer(status=held.status, location=held.location, replayed=True)


@cache
def _held(keys: sa.Table) -> sa.Select[Any]:
    its_place = keys.c.scope == sa.bindparam("its_scope"), keys.c.key == sa.bindparam("its_key")
    return sa.select(keys).where(*its_place)


def _digest(once: Once) -> str:
    """A key is its sender's own choice, and may be somebody's number: it is not kept as it came."""
    return hashlib.sha256(f"{once.scope} {once.key}".encode()).hexdigest()


def forget_old(connection: sa.Connection, tables: KernelTables, *, at: datetime) -> int:
    """Drop the keys kept long enough. Gives how many."""
    keys = tables.idempotency_keys
    return connection.execute(sa.delete(keys).where(keys.c.created_at < at - KEPT_FOR)).rowcount
