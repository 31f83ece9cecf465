"""The whole system on a disk without space: it refuses in words, loses nothing, and goes on by itself afterwards."""

import http.client
import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from devtools.roles import ROOT, spare_port
from services.embedded.folder import Folder
from services.platform.messaging.translate import Translator
from tests.figures import checks_in
from tests.waiting import wait_until
from tests.world import a_world

REFERRALS = "/intake/api/v1/referrals"
SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
FULL = "urn:waymark:problem:storage-full"
_UNLIMITED = resource.RLIM_INFINITY


class Answer(NamedTuple):
    status: int
    kind: str
    text: str
    location: str


@dataclass(kw_only=True)
class Running:
    """The system as a process on a folder of its own."""

    root: Path
    process: subprocess.Popen[bytes]
    port: int
    example: dict[str, Any]
    tokens: dict[str, str]
    topics: dict[str, tuple[str, ...]]
    """What the consumer of each service reads."""
    accepted: dict[str, str] = field(default_factory=dict)
    """The id of each accepted referral, by its key."""

    def get(self, path: str, *, by: str = "") -> Answer:
        return self._answer("GET", path, self.tokens.get(by, ""))

    def refer(self, key: str, *, name: str = "") -> Answer:
        """A referral of somebody whom nobody referred before, with much to say."""
        body = self.example | {"young_person": {"name": name or f"Nobody {key}", "age_about": 15}}
        body["contact"] = {"safe": ["not_known"]}
        body["concern"] = {"concern": f"{key} " * 25}
        answer = self._answer("POST", REFERRALS, self.tokens["navigator"], json.dumps(body).encode(), key)
        if answer.status in (200, 202):
            self.accepted[key] = answer.location.rpartition("/")[2]
        return answer

    def refer_until_refused(self) -> tuple[str, Answer]:
        """Gives the key of the first one that is refused, and the answer."""
        for _ in range(300):
            key = str(uuid4())
            answer = self.refer(key)
            if answer.status != 202:
                return key, answer
        raise AssertionError("none was refused")

    def disk_is_full(self, full: bool) -> None:
        """No file of the process may grow, or be written to beyond its first byte."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (1 if full else _UNLIMITED, _UNLIMITED))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.root / "waymark.log").read_text("utf-8").splitlines()]

    def failed(self, step: str, service: str) -> bool:
        about = [(line.get("service"), line.get("step")) for line in self.lines() if line["event"] == "step_failed"]
        return (service, step) in about

    def workers_that_met_it(self) -> set[str]:
        """The relays and consumers that failed at it. A full disk takes no line that says so."""
        return {step for step in self._steps() if (self.root / f"failed-{step}").exists()}

    def workers_with_something_to_do(self) -> set[str]:
        """The relays whose outbox holds unsent events, and the consumers with records beyond their position."""
        return {step for step, waiting in self._steps().items() if self._count(*waiting) > 0}

    def _steps(self) -> dict[str, tuple[str, str, dict[str, str]]]:
        """By worker: the database that holds what waits for it, and the query that counts it."""
        relays = {f"{service}-relay": (service, _UNSENT, {}) for service in SERVICES}
        return relays | {
            f"{service}-consumer": ("bus", _UNREAD, {"reader": service, "topics": json.dumps(topics)})
            for service, topics in self.topics.items()
        }

    def _count(self, database: str, query: str, values: dict[str, str]) -> int:
        with closing(sqlite3.connect(self.root / f"{database}.sqlite")) as connection:
            waiting: int = connection.execute(query, values).fetchone()[0]
        return waiting

    def holds_everything(self) -> bool:
        """Whether each accepted referral has its review and its estimate, and no other has one."""
        expected = sorted(self.accepted.values())
        return [self._rows(*where) for where in _HELD] == [expected] * len(_HELD)

    def _rows(self, service: str, query: str) -> list[str]:
        with closing(sqlite3.connect(self.root / f"{service}.sqlite")) as connection:
            rows = connection.execute(query).fetchall()
        return sorted(f"{row[0][:8]}-{row[0][8:12]}-{row[0][12:16]}-{row[0][16:20]}-{row[0][20:]}" for row in rows)

    def readiness(self, service: str = "intake") -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.get(f"/{service}/health/ready").text)
        return told

    def figures(self, service: str = "intake") -> Answer:
        return self._answer("GET", f"/{service}/metrics", Folder(self.root).metrics_token)

    def is_sound(self) -> bool:
        for name in (*SERVICES, "bus"):
            with closing(sqlite3.connect(self.root / f"{name}.sqlite")) as connection:
                if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    return False
        return True

    def _answer(self, method: str, path: str, token: str, body: bytes | None = None, key: str = "") -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, answer.headers.get_content_type(), text, answer.headers.get("Location", ""))


_UNSENT = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_UNREAD = """
    SELECT count(*) FROM records
    LEFT JOIN group_offsets ON group_offsets.topic = records.topic AND group_offsets.group_name = :reader
    WHERE records.topic IN (SELECT value FROM json_each(:topics))
    AND records.position > coalesce(group_offsets.position, 0)
"""
_HELD = (
    ("intake", "SELECT id FROM referrals"),
    ("scoring", "SELECT referral_id FROM results"),
    ("casework", "SELECT referral_id FROM reviews"),
    ("casework", "SELECT referral_id FROM identities"),
    ("casework", "SELECT referral_id FROM estimates"),
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    root = tmp_path / "var"
    with a_world(root) as world:
        tokens = {user: world.caller(user).token for user in ("navigator", "reviewer")}
        example = world.example("intake", REFERRALS)
        topics = {name: Translator(service.subscriptions).topics for name, service in world.system.services.items()}
    port = spare_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.serves_a_folder", str(root), str(port)], cwd=ROOT
    )
    system = Running(root=root, process=process, port=port, example=example, tokens=tokens, topics=topics)
    try:
        wait_until(lambda: _answers(system), within=180, what="the start")
        yield system
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert process.returncode == 0


def _answers(system: Running) -> bool:
    try:
        return system.get("/intake/health/live").status == 200
    except OSError:
        return False


def goes_on(running: Running, refused: str) -> None:
    """Without a restart: what was refused is taken, everything arrives, every thread works."""
    assert running.process.poll() is None
    wait_until(lambda: running.refer(refused).status == 202, within=90, what="the refused one to be taken")
    assert running.refer(str(uuid4())).status == 202
    wait_until(running.holds_everything, within=180, what="everything to arrive")
    for service in SERVICES:
        wait_until(lambda service=service: running.readiness(service)["status"] == "ready", within=180, what=service)  # type: ignore[misc]
        told = checks_in(running.figures(service).text)
        threads = {name: holds for name, holds in told.items() if "_thread" in name}
        assert len(threads) >= 4
        assert all(threads.values())
    assert running.is_sound()


@pytest.mark.slow
class TestADiskThatIsFull:
    def test_refuses_in_words_loses_nothing_and_goes_on(self, running: Running) -> None:
        before = [running.refer(str(uuid4())).status for _ in range(5)]
        running.disk_is_full(True)
        refused, answer = running.refer_until_refused()
        assert before == [202] * 5

        problem = json.loads(answer.text)
        assert (answer.status, answer.kind, problem["type"]) == (503, "application/problem+json", FULL)
        assert problem["detail"] == "The disk is full, so nothing in this request was saved. Try again later."
        page = running.get("/casework/reviews", by="reviewer")
        assert (page.status, page.kind) == (503, "text/html")
        assert "There is no storage space left" in page.text
        alive, ready = running.get("/intake/health/live"), running.get("/intake/health/ready")
        assert (alive.status, json.loads(alive.text)) == (200, {"status": "live"})
        assert (ready.status, ready.kind, json.loads(ready.text)["type"]) == (503, "application/problem+json", FULL)
        assert running.figures().status == 200
        listed = running.get("/casework/api/v1/reviews", by="reviewer")
        assert (listed.status, json.loads(listed.text)["type"]) == (503, FULL)
        # Nothing can be written any more, so what each worker has to do stays as it is.
        busy = running.workers_with_something_to_do()
        assert busy
        wait_until(lambda: busy <= running.workers_that_met_it(), within=180, what=f"{sorted(busy)} to meet it")
        assert running.workers_with_something_to_do() == busy
        for _ in range(5):
            assert running.refer(str(uuid4())).status == 503

        running.disk_is_full(False)
        goes_on(running, refused)
        told = [line["count"] for line in running.lines() if line["event"] == "log_lines_lost"]
        assert sum(told) > 0
        assert f'waymark_log_lines_lost{{service="intake"}} {float(sum(told))}' in running.figures().text


@pytest.mark.slow
class TestOneDatabaseThatIsFull:
    def test_when_it_is_the_log_everything_is_accepted_and_sent_later(self, running: Running) -> None:
        (running.root / "full-bus").touch()
        for _ in range(60):
            assert running.refer(str(uuid4())).status == 202
        wait_until(lambda: running.failed("relay", "intake"), within=180, what="the log to be full")
        assert not running.holds_everything()

        (running.root / "full-bus").unlink()
        goes_on(running, str(uuid4()))

    @pytest.mark.parametrize("service", ["casework", "scoring"])
    def test_when_it_is_a_reader_everything_is_accepted_and_read_later(self, running: Running, service: str) -> None:
        (running.root / f"full-{service}").touch()
        for _ in range(60):
            assert running.refer(str(uuid4())).status == 202
        wait_until(lambda: running.failed("consumer", service), within=180, what=f"{service} to be full")
        assert not running.holds_everything()

        (running.root / f"full-{service}").unlink()
        goes_on(running, str(uuid4()))

    def test_when_it_takes_referrals_it_refuses_them_in_words(self, running: Running) -> None:
        (running.root / "full-intake").touch()

        refused, answer = running.refer_until_refused()

        assert (answer.status, json.loads(answer.text)["type"]) == (503, FULL)
        assert running.get("/casework/api/v1/reviews", by="reviewer").status == 200
        (running.root / "full-intake").unlink()
        goes_on(running, refused)
