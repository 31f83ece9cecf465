"""The records of one sending wait for each other, and for nothing else."""

from typing import Any

import pytest

from services.platform.messaging.kafka import sender
from services.platform.messaging.kafka.sender import Sender
from services.platform.messaging.log import Record
from tests.logs import settings_for


class FakeProducer:
    """Keeps what it is given until it is told that there is no more."""

    def __init__(self) -> None:
        self.held: list[bytes] = []
        self.gone: list[list[bytes]] = []

    def send(self, _topic: str, *, value: bytes, **_: Any) -> "FakeProducer":
        self.held.append(value)
        return self

    def flush(self, *, timeout: float) -> None:
        assert timeout > 0
        self.gone.append(self.held)
        self.held = []

    def get(self, *, timeout: float) -> None:
        assert timeout > 0
        assert not self.held


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> FakeProducer:
    fake = FakeProducer()
    monkeypatch.setattr(sender, "connected", lambda _make, settings: fake if settings["linger_ms"] else None)
    return fake


class TestSending:
    def test_lets_all_records_go_at_once(self, producer: FakeProducer) -> None:
        Sender(settings_for("127.0.0.1:9")).send([Record(topic="t", key="k", value=value) for value in (b"1", b"2")])

        assert producer.gone == [[b"1", b"2"]]
