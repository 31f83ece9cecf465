"""gunicorn behind the proxy, as compose and Kubernetes run it: slow clients stop nobody, and neither does a new release."""

import http.client
import itertools
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa

from devtools import nginx
from devtools.distributed import Distributed
from devtools.postgresql import Cluster
from devtools.roles import Role
from services.embedded import staff
from services.intake.adapters.tables import referrals
from services.intake.entrypoints import examples
from tests.integration.platform.test_processes import Process, running
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

# --- Slow clients -----------------------------------------------------------------------------------------------------

MANY = 100
"""Twelve times as many as gunicorn has threads."""

HALF_SENT = {
    "headers": b"POST /intake/referrals HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "a body": b"POST /intake/referrals HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
}


@contextmanager
def slow_clients(host: str, half: bytes) -> Iterator[None]:
    """Clients that have sent half of something, and send nothing more."""
    name, _, port = host.partition(":")
    clients = [socket.create_connection((name, int(port))) for _ in range(MANY)]
    try:
        for client in clients:
            client.sendall(half)
        yield
    finally:
        for client in clients:
            client.close()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("web")
    with running("serves_until_told", folder, str(folder)) as web:
        yield web


@pytest.mark.parametrize("what", HALF_SENT)
class TestSlowClients:
    def test_stop_nobody_behind_the_proxy(self, web: Process, tmp_path: Path, what: str) -> None:
        with nginx.running(tmp_path, upstream=f"127.0.0.1:{web.port}") as address:
            host = str(urlsplit(address).netloc)
            with slow_clients(host, HALF_SENT[what]):
                assert [asked(host, "POST", "/intake/referrals", "whole")[0] for _ in range(20)] == [200] * 20

    def test_stop_everybody_without_it(self, web: Process, what: str) -> None:
        with slow_clients(f"127.0.0.1:{web.port}", HALF_SENT[what]), pytest.raises(TimeoutError):
            web.get("/", timeout=2)

        wait_until(web.serves, what="them to be gone")


def asked(host: str, method: str, path: str, body: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


# --- A rolling restart ------------------------------------------------------------------------------------------------

ROUNDS = int(os.environ.get("RESTARTS", "2"))
"""How often every process is replaced. `RESTARTS=20 .venv/bin/pytest tests/integration/test_web_serving.py` is the long run."""

PATH = "/intake/api/v1/referrals"
TAKEN = (200, 202)
SENDERS = 3
_PAUSE = 0.02
"""Between two referrals of one sender, in seconds: what is tested is no benchmark."""
BODY = json.dumps(examples.REFERRAL | {"young_person": {"age_about": 15}, "contact": {"safe": ["face_to_face"]}})
"""About nobody whom another referral could be about."""


class Load:
    """Partners' systems that send one referral after the other, each once more when it is not taken."""

    def __init__(self, host: str, token: str) -> None:
        self._host = host
        self._token = token
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self.taken = 0
        self.retried = 0
        self.failed: list[tuple[int, bytes]] = []

    @contextmanager
    def running(self) -> Iterator["Load"]:
        senders = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        try:
            yield self
        finally:
            self._ends.set()
            for sender in senders:
                sender.join()

    def goes_on(self) -> None:
        before = self.taken
        wait_until(lambda: self.taken > before + 2 * SENDERS, within=60, what="referrals to be taken")

    def _send(self) -> None:
        while not self._ends.wait(_PAUSE):
            key = str(uuid4())
            answers = list(itertools.islice(self._tries(key), 2))
            with self._lock:
                self.retried += len(answers) - 1
                if answers[-1][0] in TAKEN:
                    self.taken += 1
                else:
                    self.failed.append(answers[-1])

    def _tries(self, key: str) -> Iterator[tuple[int, bytes]]:
        """The answers, until the referral was taken. 0 is a connection that was cut."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Idempotency-Key": key}
        answer = (0, b"")
        while answer[0] not in TAKEN:
            try:
                answer = asked(self._host, "POST", PATH, BODY, headers)
            except (OSError, http.client.HTTPException) as error:
                answer = (0, type(error).__name__.encode())
            yield answer


class Intake:
    """Two web processes of intake, and one of accounts, behind the proxy."""

    def __init__(self, waymark: Distributed, roles: tuple[Role, Role], host: str) -> None:
        self._waymark = waymark
        self._roles = roles
        self._host = host
        with closing(waymark.in_process()) as system:
            self._token = staff.token(system, "navigator")

    def load(self) -> Load:
        return Load(self._host, self._token)

    def replace_one_after_the_other(self, load: Load) -> None:
        for role in self._roles:
            load.goes_on()
            assert role.stop() == 0
            role.start()
            wait_until(role.lives, within=60, what="the next process")
        load.goes_on()

    def end_both_at_once(self) -> None:
        for role in self._roles:
            role.kill()

    def kept(self) -> int:
        with closing(self._waymark.in_process()) as system, system.services["intake"].database.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(referrals)).scalar_one()


@pytest.fixture(scope="module")
def intake(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    folder = tmp_path_factory.mktemp("intake")
    with Distributed(folder, postgresql, services=("accounts", "intake")) as waymark:
        waymark.migrate()
        with closing(waymark.in_process()) as system:
            staff.load(system, waymark.folder)
        first, second = waymark.web["intake"], Role("intake", "web", {}, folder=tmp_path_factory.mktemp("second"))
        second.settings = first.settings | {"PORT": str(second.port)}
        addresses = [f"127.0.0.1:{role.port}" for role in (first, second)]
        try:
            waymark.start(waymark.web["accounts"], first, second)
            with nginx.running(tmp_path_factory.mktemp("nginx"), upstream={"intake": addresses}) as address:
                yield Intake(waymark, (first, second), str(urlsplit(address).netloc))
        finally:
            second.stop()


class TestARollingRestart:
    def test_fails_no_request_that_is_sent_twice_at_most_and_keeps_each_once(self, intake: Intake) -> None:
        with intake.load().running() as load:
            for _ in range(ROUNDS):
                intake.replace_one_after_the_other(load)

        assert load.failed == []
        assert load.taken == intake.kept()

    def test_is_not_what_ending_all_at_once_is(self, intake: Intake) -> None:
        with intake.load().running() as load:
            load.goes_on()
            intake.end_both_at_once()
            wait_until(lambda: load.failed, what="a failure")

        assert load.failed != []
