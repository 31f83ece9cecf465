"""One command, one transaction: rows, outbox, inbox mark, idempotency key and audit rows commit together."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.platform.clock import Clock
from services.platform.db import idempotency, inbox
from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from services.platform.db.idempotency import IdempotentRequest, StoredResponse
from services.platform.db.tables import PlatformTables
from services.platform.db.transaction import Transaction, write_audit, write_events
from services.platform.db.transient import is_serialization_failure
from services.platform.failpoints import failpoint
from services.platform.operations import logs, tracing
from services.platform.operations.metrics import Metrics

Handler = Callable[[Any, Any], Any]
_TRIES = 3
_PAUSE_SECONDS = 0.05

ReadAhead = Callable[[Batch, Sequence[object]], None]
"""Makes the shared repositories of a batch load, in a few statements, what these commands will need."""

Prepare = Callable[[Any], object]
"""Does slow reads and computations before the write transaction opens, and returns the command to handle instead."""


@dataclass(frozen=True, kw_only=True)
class EventCommand:
    """A command caused by an event, with the data that identifies the event."""

    command: object
    event_id: UUID
    event_type: str
    written_at: datetime
    correlation_id: UUID


class Dispatcher:
    """Finds the handler of a command and runs it in a transaction that only this class commits."""

    def __init__(
        self,
        *,
        service: str,
        database: Database,
        tables: PlatformTables,
        unit_of_work: Callable[[Transaction], Any],
        handlers: Mapping[type, Handler],
        clock: Clock,
        prefetch: ReadAhead = lambda _batch, _commands: None,
        prepare: Mapping[type, Prepare] = MappingProxyType({}),
    ) -> None:
        self._service = service
        self._database = database
        self.tables = tables
        self._unit_of_work = unit_of_work
        self._handlers = handlers
        self._clock = clock
        self._prefetch = prefetch
        self._prepare = prepare
        self.metrics = Metrics(service)
        self.committed = threading.Event()
        """Set after each commit, so that the relay of the same process need not wait for its next poll."""

    def handle(
        self,
        command: object,
        *,
        actor: UUID | None,
        correlation_id: UUID | None = None,
        request: IdempotentRequest | None = None,
    ) -> Any:
        """Runs a person's or a system's command. Returns its result, or the StoredResponse when `once` is given.

        Does not run a request whose key has a stored response. Raises what the handler raises and stores nothing then.
        Retries a command up to three times when its transaction was rolled back after a conflict.
        """
        if type(command) in self._prepare:
            command = self._prepare[type(command)](command)
        for again in range(_TRIES - 1):
            try:
                return self._handle(command, actor, correlation_id, request)
            except sa.exc.DBAPIError as error:
                if not is_serialization_failure(error):
                    raise
                time.sleep(random.uniform(0.0, _PAUSE_SECONDS * 2**again))  # noqa: S311 (no secret is made here)
        return self._handle(command, actor, correlation_id, request)

    def _handle(
        self, command: object, actor: UUID | None, correlation_id: UUID | None, request: IdempotentRequest | None
    ) -> Any:
        with self.transaction(actor=actor, correlation_id=correlation_id) as transaction:
            if request is None:
                return self._run(command, transaction)
            earlier = idempotency.stored_response(transaction.connection, self.tables, request, at=transaction.at)
            if earlier is not None:
                return earlier
            self._run(command, transaction)
            status, location = request.answer
            return StoredResponse(status=status, location=location, replayed=False)

    def handle_events(self, commands: Sequence[EventCommand]) -> int:
        """Runs the commands of these events in one transaction. Returns how many were new; the others have no effect."""
        with self._database.write() as connection:
            failpoint(f"{self._service}.begun")
            new = self._handle_new(Batch(connection), commands)
        self._after_commit(*(transaction for _, transaction in new))
        for item, _ in new:
            self.metrics.handled(item.event_type, (self._clock() - item.written_at).total_seconds())
        return len(new)

    def handle_event_in(self, batch: Batch, command: EventCommand) -> Transaction | None:
        """Runs one event's command in an open transaction. Returns None if it was handled before."""
        return next((transaction for _, transaction in self._handle_new(batch, [command])), None)

    def _handle_new(self, batch: Batch, commands: Sequence[EventCommand]) -> list[tuple[EventCommand, Transaction]]:
        """Runs the commands of unhandled events, and writes all their events and audit rows."""
        event_ids = [item.event_id for item in commands]
        unhandled = inbox.not_yet_handled(batch.connection, self.tables, event_ids, at=self._clock())
        failpoint(f"{self._service}.inbox_inserted")
        # One poll may contain an event twice.
        new = list({item.event_id: item for item in commands if item.event_id in unhandled}.values())
        self._prefetch(batch, [item.command for item in new])
        done = [(item, self._handle_event(batch, item)) for item in new]
        self._flush(batch, [transaction for _, transaction in done])
        return done

    def _handle_event(self, batch: Batch, command: EventCommand) -> Transaction:
        transaction = Transaction(
            batch,
            at=self._clock(),
            actor=None,
            correlation_id=command.correlation_id,
            causation_id=command.event_id,
        )
        event = (command.event_id, command.event_type, command.correlation_id)
        with tracing.handling(command.event_type, command.event_id, command.correlation_id), logs.of_event(*event):
            self._run(command.command, transaction)
        return transaction

    @contextmanager
    def transaction(self, *, actor: UUID | None, correlation_id: UUID | None = None) -> Iterator[Transaction]:
        """Opens a transaction for an audited read: the page is shown only if its audit row commits."""
        with self._database.write() as connection:
            failpoint(f"{self._service}.begun")
            transaction = Transaction(
                Batch(connection),
                at=self._clock(),
                actor=actor,
                correlation_id=correlation_id or uuid4(),
            )
            yield transaction
            self._flush(transaction.batch, [transaction])
        self._after_commit(transaction)

    def _run(self, command: object, transaction: Transaction) -> Any:
        return self._handlers[type(command)](command, self._unit_of_work(transaction))

    def _flush(self, batch: Batch, transactions: Sequence[Transaction]) -> None:
        write_events(batch, self.tables, transactions)
        write_audit(batch, self.tables, transactions)
        batch.write()
        failpoint(f"{self._service}.rows_written")

    def _after_commit(self, *transactions: Transaction) -> None:
        failpoint(f"{self._service}.after_commit")
        self.committed.set()
        for transaction in transactions:
            for event_type, code in transaction.written:
                self.metrics.written(event_type, code)
