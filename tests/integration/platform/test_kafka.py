"""What only a broker that is another process can do to us: be away, hang, give our partitions to somebody else."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
import structlog
from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient

from devtools.kafka.cluster import Cluster
from services.contracts import topics
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.kafka import reader, stall_detector
from services.platform.messaging.kafka.log import KafkaLog, UsedInAnotherProcess
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import BrokerUnavailable, Record
from services.platform.messaging.worker import Worker
from services.platform.operations import logs
from services.platform.service import Service
from tests.logs import KafkaStorage, OnItsOwnTopics, close_refused_sockets, read, settings_for
from tests.platform_service import a_clock, a_record, a_service, count, texts
from tests.waiting import wait_until

GROUP = "readers"

# The library leaves the sockets of refused connections to the garbage collector (3.0.12).
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <:ResourceWarning")


@pytest.fixture
def storage(kafka: Cluster) -> Iterator[KafkaStorage]:
    """Times are short, so that what takes its time in earnest is soon over here."""
    storage = KafkaStorage(kafka.bootstrap_servers)
    storage.settings = replace(storage.settings, session_timeout_ms=2_000)
    yield storage
    storage.close()


@pytest.fixture
def group() -> str:
    return f"g-{uuid4().hex[:8]}"


def records(topic: str, how_many: int) -> list[Record]:
    return [Record(topic=topic, key=str(i), value=str(i).encode()) for i in range(how_many)]


class TestWithoutABroker:
    @pytest.fixture
    def nowhere(self) -> Iterator[KafkaSettings]:
        yield replace(settings_for("127.0.0.1:9"), connect_timeout_ms=200)
        close_refused_sockets()

    def test_a_log_is_made_all_the_same(self, nowhere: KafkaSettings) -> None:
        before = threading.active_count()

        log = KafkaLog(nowhere)

        assert threading.active_count() == before
        log.close()

    def test_each_call_says_so_and_readiness_tells_of_it(self, nowhere: KafkaSettings) -> None:
        with closing(KafkaLog(nowhere)) as log:
            with pytest.raises(BrokerUnavailable):
                log.append(records("a", 1))
            assert not log.checks()["broker"]()
            with pytest.raises(BrokerUnavailable):
                log.poll(GROUP, ["a"], limit=1, wait=0)
            assert not log.checks()["broker"]()

    def test_asking_often_leaves_nothing_behind(self, nowhere: KafkaSettings) -> None:
        before = threading.active_count()
        with closing(KafkaLog(replace(nowhere, connect_timeout_ms=50))) as log:
            for _ in range(5):
                with pytest.raises(BrokerUnavailable):
                    log.append(records("a", 1))
                with pytest.raises(BrokerUnavailable):
                    log.poll(GROUP, ["a"], limit=1, wait=0)

        wait_until(lambda: threading.active_count() == before, what="the threads of the clients to end")


class TestSending:
    def test_to_a_topic_that_is_missing_fails_and_makes_none(self, storage: KafkaStorage) -> None:
        storage.settings = replace(storage.settings, connect_timeout_ms=500)

        with pytest.raises(BrokerUnavailable):
            storage.opened().append(records("not.declared", 1))

        with closing(KafkaAdminClient(**storage.settings.connection())) as admin:
            assert "not.declared" not in admin.list_topics()

    def test_to_a_broker_that_hangs_fails_in_time_and_succeeds_again(
        self, storage: KafkaStorage, kafka: Cluster, group: str
    ) -> None:
        topic = storage.topic()
        storage.settings = replace(storage.settings, request_timeout_ms=1_000, delivery_timeout_ms=1_500)
        log = storage.opened()
        log.append(records(topic, 1))
        kafka.brokers[0].pause()
        try:
            with pytest.raises(BrokerUnavailable):
                log.append(records(topic, 3))
        finally:
            kafka.brokers[0].resume()
        kafka.wait_until_it_answers()

        wait_until(lambda: succeeds(lambda: log.append(records(topic, 3))), what="the broker to take records again")

        assert {record.value for record in read(log, group, [topic], count=4)} == {b"0", b"1", b"2"}

    def test_refuses_in_a_process_that_was_forked_off(
        self, storage: KafkaStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 1))
        monkeypatch.setattr(os, "getpid", lambda: -1)

        with pytest.raises(UsedInAnotherProcess):
            log.append(records(topic, 1))


class TestTwoReaders:
    def test_share_the_partitions_and_the_second_takes_over_when_the_first_leaves(
        self, storage: KafkaStorage, group: str
    ) -> None:
        topic, first, second = storage.topic(partitions=4), storage.opened(), storage.opened()
        first.append(records(topic, 40))
        held = {record.partition for record in read(first, group, [topic], count=40)}
        assert held == {0, 1, 2, 3}

        shares = share(first, second, group, topic)

        assert [len(partitions) for partitions in shares] == [2, 2]
        assert shares[0].isdisjoint(shares[1])
        first.close()
        assert {record.partition for record in read(second, group, [topic], count=40)} == {0, 1, 2, 3}

    def test_a_second_one_need_not_wait_for_a_slow_handler(self, storage: KafkaStorage, group: str) -> None:
        topic, busy, idle = storage.topic(partitions=2), storage.opened(), storage.opened()
        busy.append(records(topic, 20))
        read(busy, group, [topic], count=20)

        # The first is at work on what it was given, and does not poll.
        found = read(idle, group, [topic], count=1)

        assert len({record.partition for record in found}) == 1

    def test_what_was_taken_away_is_not_committed(self, storage: KafkaStorage, group: str) -> None:
        topic, first, second = storage.topic(partitions=2), storage.opened(), storage.opened()
        first.append(records(topic, 20))
        in_hand = read(first, group, [topic], count=20)
        (taken,) = {record.partition for record in read(second, group, [topic], count=1)}

        first.commit(group, in_hand)

        assert committed(storage, group).keys() == {0, 1} - {taken}

    def test_what_was_kept_comes_again_until_it_is_committed(self, storage: KafkaStorage, group: str) -> None:
        """The library fetches on where it was: without us, what a handler had failed on would be passed over."""
        topic, first, second = storage.topic(partitions=2), storage.opened(), storage.opened()
        first.append(records(topic, 20))
        in_hand = read(first, group, [topic], count=20)
        (taken,) = {record.partition for record in read(second, group, [topic], count=1)}

        again = read(first, group, [topic], count=sum(record.partition != taken for record in in_hand))

        assert [record for record in in_hand if record.partition != taken] == again


class TestAnAssignment:
    def test_is_said_in_the_log_of_each_reader(self, storage: KafkaStorage, group: str) -> None:
        lines = io.StringIO()
        logs.configure(stream=lines)
        try:
            topic, first, second = storage.topic(partitions=4), storage.opened(), storage.opened()
            first.append(records(topic, 40))
            read(first, group, [topic], count=40)
            shares = share(first, second, group, topic)
        finally:
            structlog.reset_defaults()

        said = [json.loads(line) for line in lines.getvalue().splitlines()]
        assigned = [line for line in said if line["event"] == "partitions_assigned"]
        assert {line["service"] for line in assigned} == {group}
        assert {line["topic"] for line in assigned if line.get("partitions")} == {topic}
        assert next(line["partitions"] for line in assigned if "partitions" in line) == [0, 1, 2, 3]
        assert all(sorted(part) in [line.get("partitions") for line in assigned] for part in shares)


class TestASlowHandler:
    @pytest.fixture
    def settings_of_the_impatient(self, storage: KafkaStorage) -> None:
        storage.settings = replace(storage.settings, max_poll_interval_ms=4_000)

    @pytest.mark.usefixtures("settings_of_the_impatient")
    def test_keeps_its_place_longer_than_a_poll_may_take(
        self, storage: KafkaStorage, group: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept: list[int] = []
        stay = reader.Reader._stay
        monkeypatch.setattr(reader.Reader, "_stay", lambda self, consumer: [kept.append(1), stay(self, consumer)])
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 5))
        found = read(log, group, [topic], count=5)

        wait_until(lambda: len(kept) > 8, what="twice the time between two polls")
        log.commit(group, found)

        assert committed(storage, group) == {0: 5}

    @pytest.mark.usefixtures("settings_of_the_impatient")
    def test_would_lose_it_without_the_keeper(
        self, storage: KafkaStorage, group: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reader, "_KEEP_EVERY_SECONDS", 60.0)
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 5))
        found = read(log, group, [topic], count=5)

        wait_until(lambda: members(storage, group) == 0, what="the group to give the reader up")
        log.commit(group, found)

        assert committed(storage, group) == {}
        assert len(read(log, group, [topic], count=5)) == 5


class TestAPartitionThatStandsStill:
    def test_is_read_on_by_a_new_consumer(
        self, storage: KafkaStorage, group: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stall_detector, "MOVES_WITHIN_SECONDS", 0.5)
        monkeypatch.setattr(reader, "_LOOK_EVERY_SECONDS", 0.0)
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 2))
        log.commit(group, read(log, group, [topic], count=2))
        log.append(records(topic, 3))
        with monkeypatch.context() as stuck:
            stuck.setattr(KafkaConsumer, "poll", lambda *_, **__: {})

            wait_until(lambda: stands_still(log, group, topic), what="the watchdog")

        assert len(read(log, group, [topic], count=3)) == 3

    def test_is_told_of_while_a_handler_fails_and_how_much_waits(
        self, storage: KafkaStorage, group: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stall_detector, "MOVES_WITHIN_SECONDS", 0.5)
        monkeypatch.setattr(reader, "_LOOK_EVERY_SECONDS", 0.0)
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 3))

        # Never committed, it comes again and again.
        wait_until(lambda: log.poll(group, [topic], limit=9, wait=1.0) and not log.checks()["partitions"]())

        assert log.lag() == {topic: 3}


class TestAReaderThatIsKilled:
    PROGRAM = """
import sys
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.kafka.log import KafkaLog
from tests.platform_service import a_service
from tests.logs import KafkaStorage, OnItsOwnTopics
from dataclasses import replace

servers, database, prefix = sys.argv[1:]
storage = KafkaStorage(servers)
storage.settings = replace(storage.settings, session_timeout_ms=2_000)
log = OnItsOwnTopics(storage, storage.opened(), prefix=prefix)
consumer = Consumer(a_service(database), log)
while True:
    consumer.run_once(wait=1.0)
"""

    def test_between_its_database_and_its_offset_has_had_its_effect_once(
        self, storage: KafkaStorage, kafka: Cluster, tmp_path: Path
    ) -> None:
        database = f"sqlite:///{tmp_path / 'service.sqlite'}"
        service = a_service(database)
        log = OnItsOwnTopics(storage, storage.opened(), topics.STAFF.name)
        log.append([a_record(name="a"), a_record(name="b")])

        ended = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", self.PROGRAM, kafka.bootstrap_servers, database, log.prefix],
            env={**os.environ, "FAILPOINTS": "notes.before_offset_commit:kill"},
            check=False,
            timeout=60,
        )
        assert ended.returncode == -signal.SIGKILL
        assert texts(service) == ["a", "b"]

        assert Consumer(service, log).run_once(wait=20) == 2
        assert texts(service) == ["a", "b"]


class TestABrokerThatIsKilled:
    def test_comes_back_and_everything_goes_on(self, storage: KafkaStorage, kafka: Cluster, tmp_path: Path) -> None:
        service = a_service(f"sqlite:///{tmp_path / 'service.sqlite'}")
        storage.settings = replace(storage.settings, request_timeout_ms=1_000, delivery_timeout_ms=2_000)
        log = storage.opened()
        own = OnItsOwnTopics(storage, log, topics.STAFF.name)
        worker = Worker(service, own)
        worker.start()
        try:
            write(service, own, "before")
            wait_until(lambda: texts(service) == ["before"], what="the first event")
            kafka.brokers[0].kill()
            write(service, own, "while it is away")
            wait_until(lambda: not log.checks()["broker"](), within=40, what="readiness to tell of it")

            kafka.start()

            wait_until(lambda: len(texts(service)) == 2, within=40, what="what was written meanwhile")
            wait_until(lambda: log.checks()["broker"](), what="readiness to be whole again")
        finally:
            kafka.start()
            worker.stop()
        assert texts(service) == ["before", "while it is away"]
        assert count(service, service.tables.dead_letters) == 0


class TestOffsetsThatCommitThemselves:
    """Why auto-commit is off: the broken build loses what the right one keeps."""

    @pytest.mark.parametrize(("by_themselves", "kept"), [(False, 3), (True, 0)])
    def test_lose_what_a_reader_had_in_its_hands_when_it_died(
        self, storage: KafkaStorage, group: str, monkeypatch: pytest.MonkeyPatch, by_themselves: bool, kept: int
    ) -> None:
        if by_themselves:
            right = KafkaSettings.consumer
            wrong = {"enable_auto_commit": True, "auto_commit_interval_ms": 100}
            monkeypatch.setattr(KafkaSettings, "consumer", lambda self, group: right(self, group) | wrong)
        topic, log = storage.topic(), storage.opened()
        log.append(records(topic, 3))
        in_hand = read(log, group, [topic], count=3)
        if by_themselves:
            wait_until(lambda: committed(storage, group) == {0: 3}, what="the offset to commit itself")

        log.close()  # Nothing of it was handled.

        assert len(in_hand) == 3
        assert len(storage.opened().poll(group, [topic], limit=9, wait=3)) == kept


def share(first: KafkaLog, second: KafkaLog, group: str, topic: str) -> tuple[set[int], set[int]]:
    """The partitions that each of two readers is given, once both are given some."""
    shares: tuple[set[int], set[int]] = (set(), set())

    def both_have_some() -> bool:
        for index, log in enumerate((first, second)):
            shares[index].clear()
            shares[index].update(record.partition for record in log.poll(group, [topic], limit=99, wait=0.5))
        return all(shares) and len(shares[0] | shares[1]) == 4

    wait_until(both_have_some, within=30, what="both readers to have partitions")
    return shares


def committed(storage: KafkaStorage, group: str) -> dict[int, int]:
    with closing(KafkaAdminClient(**storage.settings.connection())) as admin:
        found = admin.list_group_offsets({group: None})[group]
    return {partition.partition: offset.offset for partition, offset in found.items()}


def stands_still(log: KafkaLog, group: str, topic: str) -> bool:
    try:
        log.poll(group, [topic], limit=9, wait=0)
    except reader.PartitionStandsStill:
        return True
    return False


def members(storage: KafkaStorage, group: str) -> int:
    with closing(KafkaAdminClient(**storage.settings.connection())) as admin:
        return len(admin.describe_groups([group])[group]["members"])


def succeeds(call: Callable[[], object]) -> bool:
    try:
        call()
    except BrokerUnavailable:
        return False
    return True


def write(service: Service, log: OnItsOwnTopics, name: str) -> None:
    """An event in the outbox, as a command would have left it there."""
    record = a_record(name=name)
    with service.database.write() as connection:
        row = {"event_id": uuid4(), "topic": record.topic, "key": record.key, "value": record.value}
        connection.execute(sa.insert(service.tables.outbox).values(**row, created_at=a_clock()))
