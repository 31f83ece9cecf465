"""PostgreSQL dies and comes back under load: nothing accepted is lost, and meanwhile everybody is told to try again."""

import http.client
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from devtools.distributed import Distributed
from devtools.postgresql import Cluster
from devtools.roles import Role
from services.embedded import staff
from tests.chaos.load import REFERRALS
from tests.chaos.run import example
from tests.kill.process import Sent
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

CLIENTS = 4
RESTARTS = int(os.environ.get("RESTARTS", "3"))
GOES_ON_WITHIN = 5.0
"""Seconds from the moment that the server answers to the next accepted referral."""
BETWEEN = 12
"""Referrals accepted between two restarts."""


@dataclass
class Clients:
    """Navigators who send one referral after the other, each until it is accepted, and look at a page in between."""

    intake: Role
    token: str
    body: bytes
    ledger: list[Sent] = field(default_factory=list)
    answers: Counter[tuple[str, int, bool]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopping.is_set():
            sent = Sent(path=REFERRALS, token=self.token, key=str(uuid4()), body=self.body)
            self.ledger.append(sent)
            while sent.status is None and not self.faults:
                self._send(sent)
                self._ask("GET", "/intake/referrals")

    def wait_for(self, *, more: int) -> None:
        """Until so many more referrals are accepted, or something is wrong."""
        reached = self._accepted() + more
        wait_until(lambda: self._accepted() >= reached or self.faults, within=60, what="referrals to be accepted")

    def wait_for_a_refusal(self) -> None:
        before = self.answers["POST", 503, True]
        wait_until(lambda: self.answers["POST", 503, True] > before or self.faults, what="a refusal")

    def _accepted(self) -> int:
        return sum(sent.status is not None for sent in self.ledger)

    def _send(self, sent: Sent) -> None:
        status, location = self._ask("POST", REFERRALS, sent)
        if status in (200, 202):
            sent.status, sent.location = status, location

    def _ask(self, method: str, path: str, sent: Sent | None = None) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {self.token}"}
        if sent is not None:
            headers |= {"Idempotency-Key": sent.key, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.intake.port, timeout=30)
        try:
            connection.request(method, path, sent.body if sent else None, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(f"{method} {path} had no answer: {type(error).__name__}")
            return 0, None
        finally:
            connection.close()
        self.answers[method, answer.status, "Retry-After" in answer.headers] += 1
        return answer.status, answer.headers["Location"]


@pytest.fixture
def postgresql() -> Iterator[Cluster]:
    with Cluster(durable=True) as cluster:
        yield cluster


@pytest.fixture
def clients(postgresql: Cluster, tmp_path: Path) -> Iterator[Clients]:
    with Distributed(tmp_path, postgresql, services=("accounts", "intake")) as waymark:
        waymark.migrate()
        system = waymark.in_process()
        staff.load(system, waymark.folder)
        token = staff.token(system, "navigator")
        system.close()
        waymark.start(*waymark.web.values())
        yield Clients(waymark.web["intake"], token, json.dumps(example(waymark)).encode())


class TestWhilePostgreSqlIsRestarted:
    def test_nothing_accepted_is_lost_and_nothing_is_answered_but_try_again(
        self, postgresql: Cluster, clients: Clients
    ) -> None:
        threads = [threading.Thread(target=clients.run) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        went_on = []
        for _ in range(RESTARTS):
            clients.wait_for(more=BETWEEN)
            postgresql.kill()
            clients.wait_for_a_refusal()
            postgresql.start()
            answers = time.monotonic()
            clients.wait_for(more=1)
            went_on.append(time.monotonic() - answers)
        clients.stopping.set()
        for thread in threads:
            thread.join()

        assert clients.faults == []
        assert {answer for answer in clients.answers if answer[1] not in (200, 202)} <= {
            ("POST", 503, True),
            ("GET", 503, True),
        }
        assert kept_once(clients)
        assert max(went_on) <= GOES_ON_WITHIN


def kept_once(clients: Clients) -> bool:
    """Whether intake holds each referral that was accepted once, and none beside."""
    engine = sa.create_engine(clients.intake.settings["DATABASE_URL"])
    with engine.connect() as connection:
        held = [str(found) for found in connection.execute(sa.text("SELECT id FROM referrals")).scalars()]
    engine.dispose()
    accepted = [str(sent.location).rpartition("/")[2] for sent in clients.ledger if sent.status is not None]
    return sorted(held) == sorted(accepted)
