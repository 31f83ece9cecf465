"""What was committed is delivered, however often a part dies, and has its effect once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from services.contracts import topics
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.leader_lock import LeaderLock
from services.platform.messaging.log import Delivered, Log, Record
from services.platform.messaging.relay import Relay
from services.platform.messaging.worker import Worker
from services.platform.operations import readiness
from services.platform.service import Service
from tests.logs import KafkaStorage, OnItsOwnTopics
from tests.platform_service import WriteNote, a_clock, a_record, a_service, count, texts
from tests.waiting import wait_until


class Crash(Exception):
    """The process ends here."""


class CrashingLog:
    """Dies right after a step, once."""

    def __init__(self, log: Log) -> None:
        self.crash_after = ""
        self._log = log

    def append(self, records: Sequence[Record]) -> None:
        self._log.append(records)
        self._crash("append")

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        return self._log.poll(group, topics, limit=limit, wait=wait)

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        self._crash("handled")
        self._log.commit(group, delivered)

    def close(self) -> None:
        self._log.close()

    def _crash(self, step: str) -> None:
        if self.crash_after == step:
            self.crash_after = ""
            raise Crash


@pytest.fixture(params=["embedded on sqlite", "embedded on postgresql", "kafka on postgresql"])
def parts(request: pytest.FixtureRequest) -> str:
    """Which log on which database: every pair that is deployed."""
    return str(request.param)


@pytest.fixture
def database_url(parts: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if parts.endswith("sqlite"):
        return f"sqlite:///{tmp_path / 'service.sqlite'}"
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.schema("service")


@pytest.fixture
def log(parts: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CrashingLog]:
    if parts.startswith("embedded"):
        yield CrashingLog(EmbeddedLog(tmp_path / "bus.sqlite"))
        return
    storage = KafkaStorage(request.getfixturevalue("kafka").bootstrap_servers)
    yield CrashingLog(OnItsOwnTopics(storage, storage.opened(), topics.STAFF.name))
    storage.close()


@pytest.fixture
def service(database_url: str) -> Service:
    return a_service(database_url)


@pytest.fixture
def a_relay(log: CrashingLog) -> Iterator[Callable[[Service], Relay]]:
    """Relays that give their lock back after the test."""
    made: list[Relay] = []

    def make(service: Service) -> Relay:
        made.append(Relay(service, log))
        return made[-1]

    yield make
    for relay in made:
        relay.stop()


MakeRelay = Callable[[Service], Relay]


def write_notes(service: Service, *names: str) -> None:
    for name in names:
        service.dispatcher.handle(WriteNote(text=name, staff_id=uuid4()), actor=None)


def sent(log: Log) -> list[Delivered]:
    return log.poll("test", [topics.STAFF.name], limit=100, wait=0)


class TestTheRelay:
    def test_sends_what_was_committed_once(self, service: Service, log: CrashingLog, a_relay: MakeRelay) -> None:
        relay = a_relay(service)
        write_notes(service, "a", "b")

        assert [relay.run_once(), relay.run_once()] == [2, 0]
        assert len(sent(log)) == 2

    def test_sends_again_what_it_had_not_marked_when_it_died(
        self, service: Service, log: CrashingLog, a_relay: MakeRelay
    ) -> None:
        write_notes(service, "a")
        log.crash_after = "append"
        dying = a_relay(service)
        with pytest.raises(Crash):
            dying.run_once()
        dying.stop()

        a_relay(a_service_like(service)).run_once()

        assert len(sent(log)) == 2
        assert len({record.value for record in sent(log)}) == 1

    def test_finds_a_row_that_committed_late_with_a_low_position(self, service: Service, a_relay: MakeRelay) -> None:
        relay = a_relay(service)
        write_notes(service, "early", "late")
        outbox = service.tables.outbox
        with service.database.write() as connection:
            held_back = connection.execute(
                sa.delete(outbox)
                .where(outbox.c.position == sa.select(sa.func.min(outbox.c.position)).scalar_subquery())
                .returning(*outbox.c)
            ).one()
        relay.run_once()
        with service.database.write() as connection:
            connection.execute(sa.insert(outbox).values(held_back._asdict()))

        assert relay.run_once() == 1

    def test_stands_by_while_another_process_sends(self, service: Service, a_relay: MakeRelay) -> None:
        other = LeaderLock(a_service_like(service).database, "relay")
        assert other.try_acquire()
        write_notes(service, "a")
        relay = a_relay(service)

        assert relay.run_once() == 0
        other.release()
        assert relay.run_once() == 1


class TestAConsumer:
    def test_has_an_effect_once_when_it_died_before_its_offset(self, service: Service, log: CrashingLog) -> None:
        log.append([a_record()])
        log.crash_after = "handled"
        with pytest.raises(Crash):
            Consumer(service, log).run_once()

        Consumer(service, log).run_once()

        assert texts(service) == ["Amara Osei"]

    def test_skips_an_event_that_asks_nothing(self, service: Service, log: CrashingLog) -> None:
        log.append([Record(topic=topics.STAFF.name, key="k", value=_foreign())])

        assert Consumer(service, log).run_once() == 1
        assert count(service, service.tables.dead_letters) == 0

    @pytest.mark.parametrize("value", [b"", b"{", b"[]", b"\xff", b'{"id": 1}', b"[" * 5000])
    def test_buries_what_is_no_event_and_goes_on(self, service: Service, log: CrashingLog, value: bytes) -> None:
        log.append([a_record(value=value), a_record()])

        Consumer(service, log).run_once()

        assert texts(service) == ["Amara Osei"]
        assert count(service, service.tables.dead_letters) == 1

    def test_buries_an_unknown_version_of_a_type_it_reads(self, service: Service, log: CrashingLog) -> None:
        later = a_record()
        value = later.value.replace(b'"dataschemaversion": "1"', b'"dataschemaversion": "9"')
        assert value != later.value
        log.append([a_record(value=value)])

        Consumer(service, log).run_once()

        assert count(service, service.tables.dead_letters) == 1

    def test_never_repeats_a_value_in_the_reason(self, service: Service, log: CrashingLog) -> None:
        record = a_record(name="Canary McCanaryface")
        value = record.value.replace(b'"local_authority"', b'"Canary McCanaryface"')
        log.append([a_record(value=value), a_record(name="refuse")])

        Consumer(service, log).run_once()

        letters = service.tables.dead_letters
        with service.database.read() as connection:
            reasons = list(connection.execute(sa.select(letters.c.reason)).scalars())
        assert len(reasons) == 2
        assert not [reason for reason in reasons if "Canary" in reason]

    def test_handles_a_poll_in_one_transaction_but_for_the_bad_ones(self, database_url: str, log: CrashingLog) -> None:
        service = a_service(database_url, batch_size=500)
        log.append([a_record(name="a"), a_record(name="refuse"), a_record(name="b")])

        Consumer(service, log).run_once()

        assert texts(service) == ["a", "b"]
        assert count(service, service.tables.dead_letters) == 1


class TestAWorker:
    def test_carries_a_committed_event_to_its_handlers(self, service: Service, log: CrashingLog) -> None:
        worker = Worker(service, log)
        worker.start()
        try:
            log.append([a_record(name="from elsewhere")])
            wait_until(lambda: texts(service) == ["from elsewhere"], what="the event's effect")
            wait_until(lambda: len(sent(log)) == 2, what="the effect's own event")
        finally:
            worker.stop()

    def test_polls_nothing_for_a_service_that_listens_to_nothing(self, service: Service, log: CrashingLog) -> None:
        worker = Worker(replace(service, subscriptions={}), log)
        worker.start()
        try:
            threads = {thread.name for thread in threading.enumerate()}
        finally:
            worker.stop()

        assert "notes-relay" in threads
        assert "notes-consumer" not in threads


def a_service_like(service: Service) -> Service:
    """The same service on the same database, as another process would build it."""
    return a_service(service.database.url.render_as_string(hide_password=False))


def _foreign() -> bytes:
    return a_record().value.replace(b"accounts.staff.changed", b"accounts.staff.praised")


class TestReadiness:
    def test_tells_of_what_was_committed_and_is_not_sent(self, service: Service, a_relay: MakeRelay) -> None:
        soon, later = (lambda: a_clock() + timedelta(seconds=1)), (lambda: a_clock() + timedelta(minutes=5))
        write_notes(service, "a")
        at_once, at_last = (
            readiness.checks(service.database, service.tables, clock)["outbox"] for clock in (soon, later)
        )

        assert (at_once(), at_last()) == (True, False)
        a_relay(service).run_once()
        assert at_last()
