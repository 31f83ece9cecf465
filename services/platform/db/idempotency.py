"""Idempotency keys: a creating request that is sent twice has one effect, because its key commits with that effect."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from services.platform.db.tables import PlatformTables
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Conflict
from services.platform.i18n import N_

RETENTION = timedelta(days=7)


class KeyReused(Conflict):
    """The same Idempotency-Key came with a different body."""

    title = N_("This Idempotency-Key was used for a different request")


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """Identifies a request and holds the response that it gets when it succeeds."""

    scope: str
    key: str
    body_sha256: str
    answer: tuple[int, str]
    """Status and Location. The caller generates the id, so both are known before the command runs."""


@dataclass(frozen=True, kw_only=True)
class StoredResponse:
    status: int
    location: str
    replayed: bool


def stored_response(
    connection: sa.Connection, tables: PlatformTables, request: IdempotentRequest, *, at: datetime
) -> StoredResponse | None:
    """Stores the key, or returns the response stored under it. A second request with the key waits for the first.

    Raises KeyReused when the key came with a different body.
    """
    keys = tables.idempotency_keys
    row = {"scope": request.scope, "key": _digest(request), "body_sha256": request.body_sha256, "created_at": at}
    status, location = request.answer
    if insert_or_ignore(connection, keys, {**row, "status": status, "location": location}):
        return None
    held = connection.execute(_held(keys), {"its_scope": request.scope, "its_key": row["key"]}).one()
    if not hmac.compare_digest(held.body_sha256, request.body_sha256):
        raise KeyReused
    return StoredResponse(status=held.status, location=held.location, replayed=True)


@cache
def _held(keys: sa.Table) -> sa.Select[Any]:
    key_of_request = keys.c.scope == sa.bindparam("its_scope"), keys.c.key == sa.bindparam("its_key")
    return sa.select(keys).where(*key_of_request)


def _digest(request: IdempotentRequest) -> str:
    """Stores a digest only: the sender chooses the key, and it may be a personal identifier."""
    return hashlib.sha256(f"{request.scope} {request.key}".encode()).hexdigest()


def purge(connection: sa.Connection, tables: PlatformTables, *, at: datetime) -> int:
    """Deletes expired keys. Returns their number."""
    keys = tables.idempotency_keys
    return connection.execute(sa.delete(keys).where(keys.c.created_at < at - RETENTION)).rowcount
