"""What every log must do, whichever broker it is."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.kernel.bus.embedded import EmbeddedLog
from services.kernel.bus.log import Log, Record

MakeLog = Callable[[], Log]


@pytest.fixture
def reopened(tmp_path: Path) -> MakeLog:
    """A log on the same storage each time it is called, as after a restart."""
    return lambda: EmbeddedLog(tmp_path / "bus.sqlite")


def records(*values: str, topic: str = "a", key: str = "k") -> list[Record]:
    return [Record(topic=topic, key=key, value=value.encode()) for value in values]


def read(log: Log, group: str = "g", topics: tuple[str, ...] = ("a",), limit: int = 100) -> list[str]:
    return [r.value.decode() for r in log.poll(group, topics, limit=limit, wait=0)]


class TestALog:
    def test_gives_records_in_order(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1", "2"))
        log.append(records("3"))

        assert read(log) == ["1", "2", "3"]

    def test_gives_them_again_until_they_are_committed(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1", "2"))
        first = log.poll("g", ["a"], limit=1, wait=0)
        assert read(log) == ["1", "2"]

        log.commit("g", first)

        assert read(log) == ["2"]

    def test_keeps_records_and_offsets_over_a_restart(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1", "2"))
        log.commit("g", log.poll("g", ["a"], limit=1, wait=0))

        assert read(reopened()) == ["2"]

    def test_serves_each_group_apart(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1"))
        log.commit("g", log.poll("g", ["a"], limit=9, wait=0))

        assert read(log, group="other") == ["1"]

    def test_gives_only_the_topics_asked_for(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1", topic="b") + records("2", topic="a"))

        assert read(log, topics=("a",)) == ["2"]

    def test_gives_a_topic_asked_for_later_from_its_start(self, reopened: MakeLog) -> None:
        log = reopened()
        log.append(records("1", topic="b") + records("2", topic="a"))
        log.commit("g", log.poll("g", ["a"], limit=9, wait=0))

        assert read(log, topics=("a", "b")) == ["1"]

    def test_wakes_a_waiting_reader(self, reopened: MakeLog) -> None:
        log = reopened()
        found: list[str] = []
        reader = threading.Thread(
            target=lambda: found.extend(r.value.decode() for r in log.poll("g", ["a"], limit=9, wait=30))
        )
        reader.start()

        log.append(records("1"))
        reader.join(timeout=20)

        assert found == ["1"]

    def test_loses_nothing_of_many_writers(self, reopened: MakeLog) -> None:
        log = reopened()
        writers = [
            threading.Thread(target=lambda w=w: [log.append(records(f"{w}-{i}")) for i in range(20)]) for w in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        assert len(set(read(log))) == 80


class TestTheEmbeddedLog:
    def test_drops_what_is_past_its_time(self, tmp_path: Path) -> None:
        days = iter((1, 14, 16))
        log = EmbeddedLog(tmp_path / "bus.sqlite", clock=lambda: datetime(2026, 1, next(days), tzinfo=UTC))
        for value in ("old", "newer", "new"):
            log.append(records(value))

        assert read(log) == ["newer", "new"]

    def test_opens_no_file_before_it_is_used(self, tmp_path: Path) -> None:
        EmbeddedLog(tmp_path / "bus.sqlite")

        assert list(tmp_path.iterdir()) == []
