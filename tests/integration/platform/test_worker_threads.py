"""A thread of a worker does its step until it is told to stop, whatever happens to it; when it does not, readiness says so."""

import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from services.platform.audit import sealer
from services.platform.db import housekeeping
from services.platform.messaging import worker_thread
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.log import BrokerUnavailable
from services.platform.messaging.worker import Worker
from services.platform.operations import logs
from services.platform.service import Service
from tests import figures
from tests.integration.platform.test_delivery import write_notes
from tests.platform_service import a_record, a_service, texts
from tests.waiting import wait_until

NAMES = ("relay", "sealer", "housekeeping", "reconciler", "consumer")


class FullStream:
    """As a log on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        """Nothing was kept."""


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


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(f"sqlite:///{tmp_path / 'notes.sqlite'}")


@pytest.fixture
def a_worker(service: Service, log: EmbeddedLog) -> Iterator[Callable[[], Worker]]:
    made: list[Worker] = []

    def start() -> Worker:
        made.append(Worker(service, log))
        made[-1].start()
        return made[-1]

    yield start
    for worker in made:
        worker.stop()


def alive() -> set[str]:
    return {thread.name.removeprefix("notes-") for thread in threading.enumerate() if thread.is_alive()} & set(NAMES)


class Failing:
    """Takes the place of a function, and raises so often before it does what that does."""

    def __init__(self, error: BaseException, *, times: int, then: Callable[..., object]) -> None:
        self.error, self.left, self.then, self.calls = error, times, then, 0

    def __call__(self, *arguments: object, **named: object) -> object:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return self.then(*arguments, **named)


StartWorker = Callable[[], Worker]


class TestALogThatCannotBeWritten:
    def test_ends_no_thread(
        self, a_worker: StartWorker, service: Service, log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logs.configure(stream=FullStream())
        purge = Failing(ValueError(), times=2, then=housekeeping.purge)
        monkeypatch.setattr(housekeeping, "purge", purge)
        monkeypatch.setattr(log, "append", Failing(BrokerUnavailable(), times=2, then=log.append))
        write_notes(service, "a")
        a_worker()

        wait_until(lambda: purge.calls > 2, what="housekeeping after its fault")
        wait_until(lambda: not service_waits(service), what="the relay after its fault")
        assert alive() == set(NAMES)
        structlog.reset_defaults()


class TestAThreadThatEnds:
    @pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), MemoryError(), BaseException()], ids=repr)
    def test_is_begun_anew_and_counted(
        self,
        a_worker: StartWorker,
        service: Service,
        lines: io.StringIO,
        monkeypatch: pytest.MonkeyPatch,
        error: BaseException,
    ) -> None:
        seal = Failing(error, times=1, then=sealer.seal)
        monkeypatch.setattr(sealer, "seal", seal)
        a_worker()

        wait_until(lambda: seal.calls > 1, what="the sealer after its end")
        wait_until(lambda: alive() == set(NAMES), what="every thread")
        if not isinstance(error, Exception):
            assert (
                'waymark_thread_restarts{service="notes",thread="sealer"} 1.0'
                in service.dispatcher.metrics.text().decode()
            )
            ended = [json.loads(line) for line in lines.getvalue().splitlines() if "thread_ended" in line]
            assert [(line["service"], line["step"]) for line in ended] == [("notes", "sealer")]

    def test_is_begun_anew_though_its_fault_cannot_even_be_told(
        self, a_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seal = Failing(ValueError(), times=1, then=sealer.seal)
        monkeypatch.setattr(sealer, "seal", seal)
        monkeypatch.setattr(logs, "failure", Failing(MemoryError(), times=2, then=logs.failure))
        a_worker()

        wait_until(lambda: seal.calls > 1, what="the sealer after its end")

    def test_is_named_by_readiness_until_it_works_again(
        self, a_worker: StartWorker, service: Service, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
    ) -> None:
        monkeypatch.setattr(worker_thread, "_MIN_BACKOFF_SECONDS", 3600.0)
        monkeypatch.setattr(worker_thread, "_MAX_BACKOFF_SECONDS", 3600.0)
        monkeypatch.setattr(sealer, "seal", Failing(SystemExit(), times=1, then=sealer.seal))
        worker = a_worker()
        client = service.app.test_client()
        wait_until(lambda: "sealer" not in alive(), what="the sealer's end")

        told = client.get("/notes/health/ready").get_json()
        assert told["status"] == "degraded"
        assert [name for name, holds in figures.checks(service).items() if not holds] == ["sealer_thread"]

        for thread in worker._threads:
            thread._restarts_at = thread._backoff = 0.0
        wait_until(
            lambda: client.get("/notes/health/ready").get_json()["status"] == "ready", what="it to be begun anew"
        )

    def test_is_not_missed_where_there_is_no_worker(self, service: Service) -> None:
        assert service.app.test_client().get("/notes/health/ready").get_json() == {"status": "ready"}
        assert [name for name in figures.checks(service) if name.endswith("_thread")] == []


class TestAStepThatFailsForAMinute:
    def test_is_named_by_readiness(
        self, a_worker: StartWorker, service: Service, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
    ) -> None:
        monkeypatch.setattr(worker_thread, "_SUCCEEDS_WITHIN_SECONDS", 0.0)
        monkeypatch.setattr(sealer, "seal", Failing(ValueError(), times=sys.maxsize, then=sealer.seal))
        a_worker()

        def failing() -> list[str]:
            return [name for name, holds in figures.checks(service).items() if not holds]

        wait_until(lambda: failing() == ["sealer_thread"], what="readiness to name it")


class TestAFaultInAStep:
    def test_is_told_with_its_service_step_and_place(
        self, a_worker: StartWorker, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealer, "seal", Failing(ValueError("canary"), times=1, then=sealer.seal))
        a_worker()
        wait_until(lambda: "step_failed" in lines.getvalue(), what="the line")

        line = json.loads(next(line for line in lines.getvalue().splitlines() if "step_failed" in line))
        assert (line["service"], line["step"], line["error"]) == ("notes", "sealer", "builtins.ValueError")
        assert "services/platform/messaging/worker.py:" in line["where"]
        assert "canary" not in lines.getvalue()


def service_waits(service: Service) -> bool:
    outbox = service.tables.outbox
    with service.database.read() as connection:
        return connection.execute(sa.select(outbox).where(outbox.c.published_at.is_(None))).first() is not None


def test_everything_arrives_meanwhile(a_worker: StartWorker, service: Service, log: EmbeddedLog) -> None:
    logs.configure(stream=FullStream())
    a_worker()
    log.append([a_record(name="from elsewhere"), a_record(name="refuse"), a_record(value=b"{")])

    wait_until(lambda: texts(service) == ["from elsewhere"], what="the event's effect")
    structlog.reset_defaults()


class TestAWorker:
    def test_says_that_it_has_started_and_that_it_has_stopped(
        self, service: Service, log: EmbeddedLog, lines: io.StringIO
    ) -> None:
        worker = Worker(service, log)
        worker.start()
        worker.stop()

        said = [json.loads(line) for line in lines.getvalue().splitlines()]
        assert [(line["event"], line["service"]) for line in said] == [
            ("worker_started", "notes"),
            ("worker_stopped", "notes"),
        ]
