"""What must never be, made on purpose: the tests must see what each of these faults loses, doubles or tears."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.platform import dispatcher
from services.platform.db import inbox, transaction
from services.platform.db.batch import Batch
from services.platform.db.tables import PlatformTables
from services.platform.db.transaction import Transaction
from services.platform.failpoints import failpoint
from services.platform.messaging import worker
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import Log, Record
from services.platform.messaging.relay import Relay
from services.platform.service import Service

MARKS_BEFORE_IT_SENDS = "the relay marks rows as sent, and only then sends them"
MARKS_BEFORE_IT_HANDLES = "the inbox commits its mark before the event is handled"
MARKS_NOTHING = "the inbox never marks what was handled"
COMMITS_HALF = "rows and events commit without their audit rows"
COMMITS_BY_ITSELF = "Kafka's consumer commits its offsets by itself, while scoring is slow"
_SLOW_SECONDS = 3.0
"""Longer than a handler may go on before the consumer is polled beside it, so that it keeps its place in the group."""


class _MarksFirst(Relay):
    """A crash between its two steps loses what was marked."""

    def __init__(self, service: Service, log: Log) -> None:
        super().__init__(service, _Late(log, self))  # type: ignore[arg-type]


class _Late:
    """A log that has the relay mark its rows before it appends them."""

    def __init__(self, log: Log, relay: Relay) -> None:
        self._log = log
        self._relay = relay

    def append(self, records: Sequence[Record]) -> None:
        self._relay._mark([row.position for row in self._relay._waiting()])
        failpoint("relay.before_mark")
        self._log.append(records)


def _mark_before_sending() -> None:
    worker.Relay = _MarksFirst  # type: ignore[attr-defined]


def _mark_before_handling() -> None:
    first_time, not_yet_handled = inbox.first_time, inbox.not_yet_handled

    def first(connection: sa.Connection, tables: PlatformTables, event_id: UUID, *, at: datetime) -> bool:
        new = first_time(connection, tables, event_id, at=at)
        _commit(connection)
        return new

    def several(
        connection: sa.Connection, tables: PlatformTables, event_ids: Iterable[UUID], *, at: datetime
    ) -> set[UUID]:
        new = not_yet_handled(connection, tables, event_ids, at=at)
        _commit(connection)
        return new

    inbox.first_time, inbox.not_yet_handled = first, several


def _mark_nothing() -> None:
    def first(connection: sa.Connection, tables: PlatformTables, event_id: UUID, *, at: datetime) -> bool:
        return True

    def several(
        connection: sa.Connection, tables: PlatformTables, event_ids: Iterable[UUID], *, at: datetime
    ) -> set[UUID]:
        return set(event_ids)

    inbox.first_time, inbox.not_yet_handled = first, several


def _commit_half() -> None:
    def write_apart(batch: Batch, tables: PlatformTables, transactions: Sequence[Transaction]) -> None:
        batch.write()
        _commit(batch.connection)
        transaction.write_audit(batch, tables, transactions)

    dispatcher.write_audit = write_apart  # type: ignore[attr-defined]


def _commit_by_itself() -> None:
    as_it_is, step = KafkaSettings.consumer, dispatcher.failpoint  # type: ignore[attr-defined]

    def consumer(settings: KafkaSettings, group: str) -> dict[str, Any]:
        return {**as_it_is(settings, group), "enable_auto_commit": True, "auto_commit_interval_ms": 100}

    def slow(name: str) -> None:
        if name == "scoring.begun":
            time.sleep(_SLOW_SECONDS)
        step(name)

    KafkaSettings.consumer = consumer  # type: ignore[assignment, method-assign]
    dispatcher.failpoint = slow  # type: ignore[attr-defined]


def _commit(connection: sa.Connection) -> None:
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN")


FAULTS: Mapping[str, Callable[[], None]] = {
    MARKS_BEFORE_IT_SENDS: _mark_before_sending,
    MARKS_BEFORE_IT_HANDLES: _mark_before_handling,
    MARKS_NOTHING: _mark_nothing,
    COMMITS_HALF: _commit_half,
    COMMITS_BY_ITSELF: _commit_by_itself,
}
