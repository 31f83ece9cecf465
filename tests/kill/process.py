"""Starts the embedded system as a process, sends it requests, and sees it die where it was told to."""

import http.client
import multiprocessing
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Self

from tests.kill import serve
from tests.waiting import wait_until

STARTS_WITHIN = 60.0
ANSWERS_WITHIN = 20.0


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Where a system keeps everything: its folder, and its databases where they are not in it."""

    folder: Path
    databases: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, str] | None = None
    """Where it has its log on Kafka: the brokers, and what its topics' names begin with."""


@dataclass(kw_only=True)
class Sent:
    """One line of the client's ledger. `status` is None while no answer came: done or not, nobody knows."""

    method: str = "POST"
    path: str
    token: str
    key: str
    body: bytes = b""
    if_match: str = ""
    status: int | None = None
    location: str | None = None


class Process:
    """The system under test. Killed, if it still lives, when the block ends."""

    def __init__(self, stored: Stored, *, kill_at: str = "", fault: str = "") -> None:
        self.port = spare_port()
        self._starts = _starts_of(stored)
        self._number = str(self._starts.ask("start", str(self.port), kill_at, fault))
        self._ended: int | None = None

    @property
    def killed(self) -> bool:
        """Whether it died of a SIGKILL. Raises when it ended in any other way."""
        if self._ended is None:
            self._ended = self._starts.ask("ended", self._number)
        assert self._ended in (None, -signal.SIGKILL), f"the system ended with {self._ended}"
        return self._ended is not None

    def wait_until_it_serves_or_dies(self) -> None:
        wait_until(lambda: self.killed or self._answers(), within=STARTS_WITHIN, what="the start")

    def send(self, sent: Sent) -> None:
        """Send the request, again if need be, and note the answer; none is noted when the system dies meanwhile."""
        headers = {"Authorization": f"Bearer {sent.token}", "Idempotency-Key": sent.key}
        if sent.if_match:
            headers["If-Match"] = sent.if_match
        if sent.body:
            headers["Content-Type"] = "application/json"
        try:
            response = self._request(sent.method, sent.path, sent.body, headers)
        except (OSError, http.client.HTTPException):
            return
        sent.status, sent.location = response.status, response.headers.get("Location")

    def _answers(self) -> bool:
        try:
            return self._request("GET", "/intake/health/live").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            response.read()
            return response
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ended is None:
            self._starts.ask("end", self._number)


def killed_at(step: str, requests: Sequence[Sent], stored: Stored, *, fault: str = "") -> None:
    """Start, send what has no answer yet, and see the system die at the step."""
    with Process(stored, kill_at=step, fault=fault) as process:
        process.wait_until_it_serves_or_dies()
        send_unanswered(requests, process)
        wait_until(lambda: process.killed, within=30.0, what=f"the kill at {step}")


def send_unanswered(requests: Sequence[Sent], process: Process) -> None:
    for sent in requests:
        if sent.status is None:
            process.send(sent)


class _Starts:
    """A process that has built one system, and is forked for each start of it."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self._requests, answers = multiprocessing.Pipe()
        arguments = (answers, str(stored.folder), dict(stored.databases), stored.topics)
        self._process = starter().Process(target=serve.starts, args=arguments, daemon=True)
        self._process.start()
        answers.close()

    def ask(self, *request: str) -> int | None:
        self._requests.send(request)
        answer: int | None = self._requests.recv()
        return answer

    def close(self) -> None:
        self._requests.close()
        self._process.join()


_last: list[_Starts] = []


def _starts_of(stored: Stored) -> _Starts:
    """The one of this system; only the last is kept."""
    if not _last or _last[0].stored != stored:
        while _last:
            _last.pop().close()
        _last.append(_Starts(stored))
    return _last[0]


@cache
def starter() -> ForkServerContext:
    """Imports everything once, what runs the tests too; each system is built in a fork of that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill.serve", "pytest"])
    return context


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
