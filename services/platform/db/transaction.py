"""One open write transaction: rows, events and audit rows commit together or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.schema import EventSchema
from services.platform.db import audit_subjects
from services.platform.db.batch import Batch
from services.platform.db.tables import PlatformTables
from services.platform.operations import tracing

_Store = TypeVar("_Store")


class Transaction:
    """The context of a handler. The code that opened it commits it, never the handler."""

    def __init__(
        self,
        batch: Batch,
        *,
        at: datetime,
        actor: UUID | None,
        correlation_id: UUID,
        causation_id: UUID | None = None,
    ) -> None:
        self.batch = batch
        self.at = at
        self.actor = actor
        self.correlation_id = correlation_id
        self.causation_id = causation_id
        self.written: list[tuple[str, str]] = []
        """Type and code of each event published here, for the counters after the commit."""
        self.events: list[dict[str, Any]] = []
        self.audit_rows: list[dict[str, Any]] = []

    @property
    def connection(self) -> sa.Connection:
        return self.batch.connection

    def store(self, kind: Callable[[Batch], _Store]) -> _Store:
        """The store of this class, created on first use. The commands of a batch share it."""
        return self.batch.shared(kind)

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        """Publishes an event once this transaction has committed. Raises when the data does not match the schema."""
        event_id = uuid4()
        value = envelope.write(
            schema,
            data,
            event_id=event_id,
            time=self.at,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
        )
        tracing.written(schema.type, event_id, self.correlation_id)
        self.written.append((schema.type, str(data[schema.counted_by]) if schema.counted_by else ""))
        self.events.append(
            {
                "event_id": event_id,
                "topic": schema.topic,
                "key": str(data[schema.key]),
                "value": value,
                "created_at": self.at,
            }
        )

    def audit(
        self,
        what: str,
        *,
        subject_type: str,
        subject_id: UUID | str,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
        actor: UUID | None = None,
    ) -> None:
        """Records who did or read what, and why. Codes and ids only: an audit row never contains content.

        `actor` is the acting account if the transaction does not know it yet, at sign-in.
        """
        self.audit_rows.append(
            {
                "id": uuid4(),
                "occurred_at": self.at,
                "actor": actor or self.actor,
                "what": what,
                "subject_type": subject_type,
                "subject_id": str(subject_id),
                "reason": reason,
                "correlation_id": self.correlation_id,
                "details": dict(details) if details else None,
            }
        )


def write_events(batch: Batch, tables: PlatformTables, transactions: Sequence[Transaction]) -> None:
    """Writes the published events to the outbox. Called once, after the handlers."""
    for transaction in transactions:
        for event in transaction.events:
            batch.insert(tables.outbox, event)


def write_audit(batch: Batch, tables: PlatformTables, transactions: Sequence[Transaction]) -> None:
    """Writes the audit rows. Called once, immediately before the commit."""
    for transaction in transactions:
        for row in transaction.audit_rows:
            batch.insert(tables.audit_rows, row)
            for subject in audit_subjects.of(row):
                batch.insert(tables.audit_subjects, subject)
