"""Clients of intake's API who send referrals, each with its key until it is answered, and keep a ledger of them."""

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

REFERRALS = "/intake/api/v1/referrals"
ACCEPTED = (200, 202)
TRY_AGAIN = (429, 503)
_ANSWERS_WITHIN = 15.0
_MAX_WAIT = 1.0
_ASKED_TWICE = 100
"""Of so many that were accepted, one is sent again: it must be answered with the same referral."""


@dataclass(kw_only=True)
class Line:
    """One referral of the ledger. `status` is None while nobody has said whether it was accepted."""

    key: str
    name: str
    status: int | None = None
    location: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """As whom, and what, it is sent. Each referral is about another young person."""

    port: int
    token: str
    example: Mapping[str, Any]

    def headers(self, line: Line) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": line.key,
            "Content-Type": "application/json",
        }

    def body(self, line: Line) -> bytes:
        # Nobody's number is known, so none is safe to call.
        person = {"young_person": {"name": line.name, "age_about": 15}, "contact": {"safe": ["face_to_face"]}}
        return json.dumps({**self.example, **person}).encode()


class Load:
    """Several clients at once, until there are so many referrals or the time is up. What was begun is ended."""

    def __init__(self, sender: Sender, *, referrals: int, clients: int, seconds: float, pause: float = 0.0) -> None:
        """Each client waits `pause` seconds before its next referral."""
        self.ledger: list[Line] = []
        self.answers: Counter[str] = Counter()
        """Of every try: the status, or that there was no answer."""
        self.faults: list[str] = []
        self.stood_still = 0.0
        """The longest time, in seconds, in which nothing was accepted."""
        self._accepted_at = time.monotonic()
        self._sender = sender
        self._pause = pause
        self._numbers: Iterator[int] = iter(range(referrals))
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._abandoned = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def goes_on_for(self, seconds: float) -> bool:
        """Wait so long. False as soon as every client has ended."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        return any(thread.is_alive() for thread in self._threads)

    def accepted(self) -> int:
        return sum(line.status in ACCEPTED for line in self.ledger)

    def end(self) -> None:
        """Begin nothing new, and wait until what was begun is answered."""
        self._until = time.monotonic()
        for thread in self._threads:
            thread.join()

    def abandon(self) -> None:
        """Stop at once; what has no answer keeps none."""
        self._abandoned.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        client = _Client(self._sender)
        try:
            while (line := self._next()) is not None:
                self._send(client, line)
                self._abandoned.wait(self._pause)
        finally:
            client.close()

    def _next(self) -> Line | None:
        with self._lock:
            number = next(self._numbers, None)
            if number is None or time.monotonic() > self._until or self._abandoned.is_set():
                return None
            key = uuid4()
            self.ledger.append(Line(key=str(key), name=f"Person {key.hex}"))
            return self.ledger[-1]

    def _send(self, client: "_Client", line: Line) -> None:
        for tries in itertools.count():
            status, location = client.ask(line)
            self._note(str(status or "no answer"))
            if status in ACCEPTED:
                line.status, line.location = status, location
                self._note_acceptance()
                break
            if status is not None and status not in TRY_AGAIN:
                line.status = status
                self.faults.append(f"{line.key} was answered {status}")
                return
            # Not what Retry-After asks for, which is longer: the sooner it comes again, the more it may find half done.
            if self._abandoned.wait(random.uniform(0.0, min(_MAX_WAIT, 0.1 * 2**tries))):  # noqa: S311
                return
        if int(line.key[:8], 16) % _ASKED_TWICE == 0:
            self._ask_again(client, line)

    def _ask_again(self, client: "_Client", line: Line) -> None:
        """Whoever lost the answer asks with the same key, and is told of the same referral."""
        status, location = client.ask(line)
        self._note(f"{status or 'no answer'} to the same again")
        if status in ACCEPTED and (status, location) != (200, line.location):
            self.faults.append(f"{line.key} was accepted twice")

    def _note_acceptance(self) -> None:
        with self._lock:
            now = time.monotonic()
            self.stood_still = max(self.stood_still, now - self._accepted_at)
            self._accepted_at = now

    def _note(self, answer: str) -> None:
        with self._lock:
            self.answers[answer] += 1


class _Client:
    """Keeps its connection while that lasts."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._connection = http.client.HTTPConnection("127.0.0.1", sender.port, timeout=_ANSWERS_WITHIN)

    def ask(self, line: Line) -> tuple[int | None, str | None]:
        """Status and Location; None when there was no answer, and nobody knows what was done."""
        try:
            self._connection.request("POST", REFERRALS, self._sender.body(line), self._sender.headers(line))
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None, None
        return answer.status, answer.headers["Location"]

    def close(self) -> None:
        self._connection.close()
