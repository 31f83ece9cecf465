"""Transactions commit in another order than they took their positions: a relay that reads by position loses them."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from services.contracts import topics
from services.platform.messaging.leader_lock import LeaderLock
from services.platform.messaging.log import Delivered, Record
from services.platform.messaging.relay import Relay
from services.platform.service import Service
from tests.platform_service import WriteNote, a_service, count
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
WRITERS, EACH = 6, 200
MAX_OPEN = 0.004
"""Seconds that a transaction stays open after it took its position in the outbox."""


@dataclass
class Kept:
    """A log that keeps what it is given."""

    keys: list[str] = field(default_factory=list)

    def append(self, records: Sequence[Record]) -> None:
        self.keys += [record.key for record in records]

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        return []

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        pass

    def close(self) -> None:
        pass


class ByPosition:
    """What many outboxes are read by, and ours is not: whatever is beyond the last position seen."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._last = 0
        self.keys: list[str] = []

    def run_once(self) -> int:
        c = self._service.tables.outbox.c
        with self._service.database.read() as connection:
            beyond = sa.select(c.position, c.key).where(c.position > self._last).order_by(c.position)
            rows = connection.execute(beyond).all()
        self.keys += [row.key for row in rows]
        self._last = rows[-1].position if rows else self._last
        return len(rows)


def write(service: Service, written: list[str], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    for _ in range(EACH):
        key = str(uuid4())
        with service.database.write() as connection:
            row = {"event_id": uuid4(), "topic": topics.STAFF.name, "key": key, "value": b"{}"}
            connection.execute(sa.insert(service.tables.outbox).values(**row, created_at=service.clock()))
            time.sleep(chance.uniform(0, MAX_OPEN))
        written.append(key)


def while_many_write(service: Service, *readers: Relay | ByPosition) -> list[str]:
    """Run the readers beside six writers, then until they find nothing. Gives the keys that were written."""
    written: list[str] = []
    writers = [threading.Thread(target=write, args=(service, written, seed)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for reader in readers:
            reader.run_once()
    for reader in readers:
        while reader.run_once():
            pass
    return written


class TestTheOutbox:
    def test_is_read_whole_by_state_where_a_reader_by_position_misses_rows(self, postgresql: Cluster) -> None:
        service, log = a_service(postgresql.schema("outbox")), Kept()
        relay, naive = Relay(service, log), ByPosition(service)

        written = while_many_write(service, relay, naive)
        relay.stop()

        assert len(written) == WRITERS * EACH
        assert sorted(log.keys) == sorted(written)
        assert set(naive.keys) < set(written)


class TestARelayWhoseProcessIsKilled:
    def test_is_followed_by_one_that_stood_by(self, database_url: str) -> None:
        service, log = a_service(database_url), Kept()
        service.dispatcher.handle(WriteNote(text="a", staff_id=uuid4()), actor=None)
        relay = Relay(service, log)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.integration.platform.holds_the_relay_lock", database_url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            assert (relay.run_once(), log.keys) == (0, [])

            other.send_signal(signal.SIGKILL)

        wait_until(relay.run_once, what="the second relay to take over")
        relay.stop()
        assert count(service, service.tables.outbox) == len(log.keys) == 1

    @pytest.mark.parametrize("held", [True, False])
    def test_leaves_a_lock_of_its_own_service_alone(self, postgresql: Cluster, held: bool) -> None:
        first, second = (a_service(postgresql.schema("relay")) for _ in range(2))
        other = LeaderLock((first if held else second).database, "relay")
        assert other.try_acquire()
        mine = LeaderLock(first.database, "relay")

        assert mine.try_acquire() is not held

        mine.release()
        other.release()
