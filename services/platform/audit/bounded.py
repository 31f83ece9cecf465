"""Audits refusals and failed sign-ins, which any caller can cause without limit, up to a maximum per minute.

The log contains the others, with one line for each request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from services.platform.db import request_counts
from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from services.platform.db.tables import PlatformTables
from services.platform.db.transaction import Transaction, write_audit

_NAMESPACE = UUID("6f1c7f6e-3c55-4d0e-9d59-5a2f6d6d9b1c")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A refusal or a failed sign-in. Codes and ids only: nothing that was typed or sent."""

    what: str
    subject_type: str
    subject_id: str
    counted_with: str
    """Failures with the same text share one limit."""
    actor: UUID | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def record(
    database: Database,
    tables: PlatformTables,
    failure: Failure,
    *,
    at: datetime,
    correlation_id: UUID,
    limit: int,
    only_if: sa.Select[Any] | None = None,
) -> None:
    """Writes the row, unless `limit` of them were written in this minute or `only_if` finds nothing.

    Does all other work in either case, so that the response time does not reveal whether the record exists.
    """
    minute = at.replace(second=0, microsecond=0)
    counted = uuid5(_NAMESPACE, failure.counted_with)
    with database.write() as connection:
        exists = only_if is None or connection.execute(only_if).first() is not None
        if not request_counts.take(connection, tables, counted, minute=minute, wanted=1, limit=limit) or not exists:
            return
        batch = Batch(connection)
        transaction = Transaction(batch, at=at, actor=failure.actor, correlation_id=correlation_id)
        transaction.audit(
            failure.what,
            subject_type=failure.subject_type,
            subject_id=failure.subject_id,
            reason=failure.reason,
            details=failure.details,
        )
        write_audit(batch, tables, [transaction])
        batch.write()
