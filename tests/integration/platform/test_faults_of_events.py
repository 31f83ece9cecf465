"""What becomes of an event that fails: what may pass is waited for, everything else is dead-lettered, and the log names it."""

import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from devtools.postgresql import Cluster
from services.platform.db.transaction import Transaction
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.worker import Worker
from services.platform.operations import logs
from services.platform.service import Service
from tests.canary import PERSON, marks_in
from tests.platform_service import WriteNote, a_record, a_service, count, texts, write_note
from tests.waiting import wait_until


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(tmp_path / "bus.sqlite")
    yield log
    log.close()


def too_slow(command: WriteNote, transaction: Transaction) -> object:
    if command.text == "slow":
        transaction.connection.execute(sa.text("SET LOCAL statement_timeout = '50ms'"))
        transaction.connection.execute(sa.text("SELECT pg_sleep(5)"))
    return write_note(command, transaction)


def on_a_missing_table(command: WriteNote, transaction: Transaction) -> object:
    if command.text == "slow":
        transaction.connection.execute(sa.text("SELECT * FROM nothing_like_it"))
    return write_note(command, transaction)


def on_a_broken_file(command: WriteNote, transaction: Transaction) -> object:
    if command.text == "slow":
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise sa.exc.OperationalError("", {}, error)
    return write_note(command, transaction)


def with_handler(service: Service, handler: Any) -> Service:
    service.dispatcher._handlers = {WriteNote: handler}
    return service


class TestAnEventThatAlwaysTakesTooLong:
    @pytest.mark.parametrize("batch_size", [1, 10])
    def test_is_put_aside_and_holds_nobody_up(self, postgresql: Cluster, log: EmbeddedLog, batch_size: int) -> None:
        service = with_handler(a_service(postgresql.schema("service"), batch_size=batch_size), too_slow)
        log.append([a_record(name="slow"), a_record(name="behind it")])

        Consumer(service, log).run_once()

        assert (texts(service), count(service, service.tables.dead_letters)) == (["behind it"], 1)
        assert Consumer(service, log).run_once() == 0


class TestAnEventThatMeetsABrokenDatabase:
    @pytest.mark.parametrize("handler", [on_a_missing_table, on_a_broken_file])
    def test_is_put_aside_and_holds_nobody_up(self, tmp_path: Path, log: EmbeddedLog, handler: Any) -> None:
        service = with_handler(a_service(f"sqlite:///{tmp_path / 'notes.sqlite'}"), handler)
        log.append([a_record(name="slow"), a_record(name="behind it")])

        Consumer(service, log).run_once()

        assert (texts(service), count(service, service.tables.dead_letters)) == (["behind it"], 1)


class TestTheLineOfAnEventThatFailed:
    def test_names_event_place_and_code_and_no_word_of_it(
        self, postgresql: Cluster, log: EmbeddedLog, lines: io.StringIO
    ) -> None:
        service = with_handler(a_service(postgresql.schema("service")), too_slow)
        log.append([a_record(name="slow"), a_record(name=PERSON["name"])])
        worker = Worker(service, log)
        worker.start()
        try:
            wait_until(lambda: texts(service) == [PERSON["name"]], what="the event behind it")
        finally:
            worker.stop()

        failed = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "event_failed"]
        assert len(failed) == 3
        event = json.loads(log.poll("test", ["accounts.staff"], limit=1, wait=0)[0].value)
        for line in failed:
            assert (line["service"], line["step"]) == ("notes", "consumer")
            assert (line["event_id"], line["event_type"]) == (event["id"], "accounts.staff.changed")
            assert line["correlation_id"] == event["correlationid"]
            assert (line["sqlstate"], line["cause"]) == ("57014", "psycopg.errors.QueryCanceled")
            assert "tests/integration/platform/test_faults_of_events.py:" in line["where"]
            assert ":too_slow" in line["where"]
        assert "pg_sleep" not in lines.getvalue()
        assert marks_in(lines.getvalue()) == set()

    def test_names_the_event_at_which_the_database_went_away(
        self, tmp_path: Path, log: EmbeddedLog, lines: io.StringIO
    ) -> None:
        away = sqlite3.OperationalError("database is locked: canary")
        away.sqlite_errorcode = sqlite3.SQLITE_BUSY

        def handler(_command: WriteNote, _transaction: Transaction) -> object:
            raise sa.exc.OperationalError("canary", {}, away)

        service = with_handler(a_service(f"sqlite:///{tmp_path / 'notes.sqlite'}"), handler)
        log.append([a_record()])
        worker = Worker(service, log)
        worker.start()
        try:
            wait_until(lambda: "step_failed" in lines.getvalue(), what="the line")
        finally:
            worker.stop()

        line = json.loads(next(line for line in lines.getvalue().splitlines() if "step_failed" in line))
        assert (line["step"], line["event_type"]) == ("consumer", "accounts.staff.changed")
        assert "canary" not in lines.getvalue()
        assert count(service, service.tables.dead_letters) == 0


class TestALineOfAnEvent:
    @pytest.mark.parametrize("batch_size", [1, 2])
    def test_names_its_service_and_correlation_id_alone_and_in_a_batch(
        self, tmp_path: Path, log: EmbeddedLog, lines: io.StringIO, batch_size: int
    ) -> None:
        def handler(_command: WriteNote, _transaction: Transaction) -> None:
            structlog.get_logger().info("said_by_a_handler")

        service = with_handler(a_service(f"sqlite:///{tmp_path / 'notes.sqlite'}", batch_size=batch_size), handler)
        log.append([a_record(), a_record()])
        worker = Worker(service, log)
        worker.start()
        try:
            wait_until(lambda: lines.getvalue().count("said_by_a_handler") == 2, what="both lines")
        finally:
            worker.stop()

        said = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "said_by_a_handler"]
        events = [json.loads(record.value) for record in log.poll("test", ["accounts.staff"], limit=2, wait=0)]
        assert [line["service"] for line in said] == ["notes", "notes"]
        assert [line.get("correlation_id") for line in said] == [event["correlationid"] for event in events]
        assert [line.get("event_id") for line in said] == [event["id"] for event in events]
