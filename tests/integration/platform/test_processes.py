"""The two roles as processes: they end what they have begun, and say how it went."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config

from devtools.roles import ROOT, spare_port
from services.contracts import topics
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.leader_lock import LeaderLock
from services.platform.messaging.log import Record
from services.platform.web import server
from tests.figures import checks_in
from tests.integration.platform.test_delivery import write_notes
from tests.platform_service import a_record, a_service, texts
from tests.waiting import wait_until
from tests.web_app import METRICS_TOKEN

HERE = "tests.integration.platform"
ANYWHERE = server.WebSettings(host="127.0.0.1", port=1)


class Process:
    def __init__(self, module: str, folder: Path, *arguments: str) -> None:
        self.port = spare_port()
        self.lines = folder / "lines"
        with self.lines.open("wb") as lines:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"{HERE}.{module}", str(self.port), *arguments],
                cwd=ROOT,
                stdout=lines,
                stderr=lines,
            )

    def get(self, path: str, *, timeout: float = 20, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        assert self.process.poll() is None, self.lines.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def serves(self) -> bool:
        try:
            return self.get("/", timeout=0.5)[0] == 200
        except OSError:
            return False

    def told_to_stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


METRICS = {"Authorization": f"Bearer {METRICS_TOKEN}"}


@contextmanager
def running(module: str, folder: Path, *arguments: str) -> Iterator[Process]:
    process = Process(module, folder, *arguments)
    try:
        wait_until(process.answers, what=module)
        yield process
    finally:
        process.process.kill()
        process.process.wait()


class TestTheWebRole:
    def test_makes_its_app_after_the_fork_and_believes_no_forwarded_header(self, tmp_path: Path) -> None:
        with running("serves_until_told", tmp_path, str(tmp_path)) as web:
            _, said = web.get("/", **{"X-Forwarded-Proto": "https"})

        made_in, answered_by, scheme = said.split()
        assert (made_in, scheme) == (answered_by, "http")
        assert made_in != str(web.process.pid)

    def test_ends_the_requests_at_hand_before_it_ends(self, tmp_path: Path) -> None:
        answers: list[tuple[int, str]] = []
        with running("serves_until_told", tmp_path, str(tmp_path)) as web:
            client = threading.Thread(target=lambda: answers.append(web.get("/waits")))
            client.start()
            wait_until((tmp_path / "waiting").exists, what="the request")
            web.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not web.serves(), what="it to take no more")
            (tmp_path / "go").touch()
            client.join()

            assert web.process.wait(timeout=30) == 0
        assert [status for status, _ in answers] == [200]

    def test_refuses_who_comes_while_it_ends_and_waits_for_nobody_who_is_idle(self, tmp_path: Path) -> None:
        with running("serves_until_told", tmp_path, str(tmp_path)) as web:
            idle = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
            idle.request("GET", "/")
            idle.getresponse().read()
            busy = threading.Thread(target=web.get, args=["/waits"])
            busy.start()
            wait_until((tmp_path / "waiting").exists, what="the request")

            web.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not web.answers(), what="its door to close")
            (tmp_path / "go").touch()
            busy.join()

            assert web.process.wait(timeout=server.options("toy", ANYWHERE)["graceful_timeout"] / 2) == 0
            idle.close()

    def test_writes_no_word_of_what_it_could_not_read(self, tmp_path: Path) -> None:
        with running("serves_until_told", tmp_path, str(tmp_path)) as web:
            with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
                client.sendall(b"GET /canary-in-address HTTP/1.1\r\nHost: x\r\ncanary header\r\n\r\n")
                assert client.recv(100).startswith(b"HTTP/1.1 400")
            web.get("/")

        lines = [json.loads(line) for line in web.lines.read_text().splitlines()]
        assert "canary" not in str(lines)
        assert {line["event"] for line in lines} == {"listening", "web_server"}

    def test_keeps_the_strict_rules_of_its_server(self) -> None:
        config = Config()
        for name, value in server.options("toy", ANYWHERE).items():
            config.set(name, value)
        settings: dict[str, Any] = {name: setting.get() for name, setting in config.settings.items()}

        assert [name for name in settings if name.startswith("permit_") and settings[name]] == []
        assert (settings["strip_header_spaces"], settings["casefold_http_method"]) == (False, False)
        assert (settings["preload_app"], settings["control_socket_disable"]) == (False, True)
        assert (settings["forwarded_allow_ips"], settings["forwarder_headers"]) == ([], [])
        assert settings["accesslog"] is None


class TestTheWorkerRole:
    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[EmbeddedLog]:
        log = EmbeddedLog(tmp_path / "bus.sqlite")
        yield log
        log.close()

    def test_works_tells_how_it_stands_and_leaves_its_lock(
        self, database_url: str, tmp_path: Path, log: EmbeddedLog
    ) -> None:
        service = a_service(database_url)
        write_notes(service, "a")
        with running("works_until_told", tmp_path, database_url, str(tmp_path / "bus.sqlite")) as worker:
            wait_until(lambda: log.poll("test", [topics.STAFF.name], limit=10, wait=0), what="the relay")
            log.append([a_record(name="from elsewhere")])
            wait_until(lambda: "from elsewhere" in texts(service), what="the consumer")
            ready, metrics = worker.get("/notes/health/ready"), worker.get("/notes/metrics", **METRICS)
            unnamed = worker.get("/notes/metrics")

            assert worker.told_to_stop() == 0
        assert (ready[0], json.loads(ready[1])) == (200, {"status": "ready"})
        assert (metrics[0], checks_in(metrics[1])["broker"]) == (200, True)
        assert unnamed[0] == 404
        next_one = LeaderLock(service.database, "relay")
        assert next_one.try_acquire()
        next_one.release()

    def test_ends_with_another_status_when_its_consumer_stopped(
        self, database_url: str, tmp_path: Path, log: EmbeddedLog
    ) -> None:
        log.append([Record(topic=topics.STAFF.name, key="k", value=b"{") for _ in range(50)])
        with running("works_until_told", tmp_path, database_url, str(tmp_path / "bus.sqlite")) as worker:
            wait_until(lambda: "consumer_stopped" in worker.lines.read_text(), what="the consumer to stop")

            assert worker.told_to_stop() == 1
