"""What every log must do, whichever broker it is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.log import Log, Record
from tests.logs import EmbeddedStorage, KafkaStorage, Storage, read


@pytest.fixture(params=["embedded", "kafka"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "embedded":
        yield EmbeddedStorage(tmp_path)
        return
    kafka = KafkaStorage(request.getfixturevalue("kafka").bootstrap_servers)
    yield kafka
    kafka.close()


@pytest.fixture
def group() -> str:
    return f"g-{uuid4().hex[:8]}"


@pytest.fixture
def topic(storage: Storage) -> str:
    return storage.topic()


def records(topic: str, *values: str) -> list[Record]:
    return [Record(topic=topic, key="k", value=value.encode()) for value in values]


def values(log: Log, group: str, *topics: str, count: int = 1) -> list[str]:
    return [record.value.decode() for record in read(log, group, topics, count=count)]


class TestALog:
    def test_gives_records_in_order(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1", "2"))
        log.append(records(topic, "3"))

        assert values(log, group, topic, count=3) == ["1", "2", "3"]

    def test_gives_what_was_sent(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append([Record(topic=topic, key="the key", value=b"\x00 \xff")])

        (found,) = read(log, group, [topic], count=1)

        assert (found.topic, found.key, found.value) == (topic, "the key", b"\x00 \xff")

    def test_gives_them_again_until_they_are_committed(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1", "2"))
        both = read(log, group, [topic], count=2)
        assert values(log, group, topic, count=2) == ["1", "2"]

        log.commit(group, both[:1])

        assert values(log, group, topic) == ["2"]

    def test_gives_no_more_than_asked_for(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1", "2", "3"))
        read(log, group, [topic], count=3)

        assert len(log.poll(group, [topic], limit=2, wait=10)) == 2

    def test_keeps_records_and_offsets_over_a_restart(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1", "2"))
        log.commit(group, read(log, group, [topic], count=2)[:1])

        assert values(storage.reopened(), group, topic) == ["2"]

    def test_serves_each_group_apart(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1"))
        log.commit(group, read(log, group, [topic], count=1))

        assert values(log, f"{group}-other", topic) == ["1"]

    def test_gives_only_the_topics_asked_for(self, storage: Storage, topic: str, group: str) -> None:
        other, log = storage.topic(), storage.reopened()
        log.append(records(other, "1") + records(topic, "2"))

        assert values(log, group, topic) == ["2"]

    def test_gives_a_topic_asked_for_later_from_its_start(self, storage: Storage, topic: str, group: str) -> None:
        later, log = storage.topic(), storage.reopened()
        log.append(records(later, "1") + records(topic, "2"))
        log.commit(group, read(log, group, [topic], count=1))

        assert values(log, group, topic, later) == ["1"]

    def test_commits_each_partition_by_itself(self, storage: Storage, group: str) -> None:
        topic, log = storage.topic(partitions=3), storage.reopened()
        log.append([Record(topic=topic, key=str(i), value=str(i).encode()) for i in range(12)])
        found = read(log, group, [topic], count=12)
        first_half = found[:5]

        log.commit(group, first_half)

        left = {record.value for record in read(storage.reopened(), group, [topic], count=12 - len(first_half))}
        assert left == {record.value for record in found[5:]}

    def test_wakes_a_waiting_reader(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        found: list[str] = []
        reader = threading.Thread(
            target=lambda: found.extend(r.value.decode() for r in log.poll(group, [topic], limit=9, wait=30))
        )
        reader.start()

        log.append(records(topic, "1"))
        reader.join(timeout=30)

        assert found == ["1"]

    def test_loses_nothing_of_many_writers(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        writers = [
            threading.Thread(target=lambda w=w: [log.append(records(topic, f"{w}-{i}")) for i in range(20)])
            for w in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        assert len(set(values(log, group, topic, count=80))) == 80

    def test_commits_nothing_when_nothing_is_done(self, storage: Storage, topic: str, group: str) -> None:
        log = storage.reopened()
        log.append(records(topic, "1"))

        log.commit(group, [])

        assert values(log, group, topic) == ["1"]


class TestTheEmbeddedLog:
    def test_drops_what_is_past_its_time(self, tmp_path: Path) -> None:
        days = iter((1, 14, 16))
        log = EmbeddedLog(tmp_path / "bus.sqlite", clock=lambda: datetime(2026, 1, next(days), tzinfo=UTC))
        for value in ("old", "newer", "new"):
            log.append(records("a", value))

        assert values(log, "g", "a", count=2) == ["newer", "new"]

    def test_opens_no_file_before_it_is_used(self, tmp_path: Path) -> None:
        EmbeddedLog(tmp_path / "bus.sqlite")

        assert list(tmp_path.iterdir()) == []
