"""One run: referrals are sent while processes are killed, everything comes to rest, and the reconciliation are balanced."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devtools.distributed import Distributed
from services.platform.messaging.kafka.settings import KafkaSettings
from tests.chaos.carried import OnKafka
from tests.chaos.load import ACCEPTED, REFERRALS, Line, Load, Sender
from tests.chaos.supervisor import Supervisor
from tests.kill.reconciliation import Reconciliation, referral_of

Report = Callable[[str], None]
_LOOKS_EVERY = 0.5


@dataclass(frozen=True, kw_only=True)
class Plan:
    referrals: int
    seed: int
    kill_every: float = 5.0
    clients: int = 8
    seconds: float = 3600.0
    """After this time nothing more is sent: what was accepted by then is what is balanced."""
    rests_within: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    accepted: int
    faults: Mapping[str, list[str]]
    """By what is wrong; a run that held has no line in any."""
    kills: Counter[str]
    answers: Counter[str]
    events: int
    sent_twice: int
    told_again: bool
    stood_still: float
    """The longest time, in seconds, in which nothing was accepted."""
    seconds: Mapping[str, float]

    @property
    def sound(self) -> bool:
        return not any(self.faults.values())


def run(waymark: Distributed, token: str, plan: Plan, report: Report) -> Outcome:
    """Waymark has been started. Whatever is still running at the end is left so."""
    sender = Sender(port=waymark.web["intake"].port, token=token, example=example(waymark))
    load = Load(sender, referrals=plan.referrals, clients=plan.clients, seconds=plan.seconds)
    supervisor = Supervisor(waymark.roles, every=plan.kill_every, seed=plan.seed)
    clock = _Stopwatch()
    with Reconciliation(waymark.in_process(), OnKafka(KafkaSettings.from_environment(waymark.kafka))) as reconciliation:
        try:
            load.start()
            supervisor.kill_while(_told(load, supervisor, reconciliation, report))
        finally:
            load.abandon()
        clock.lap("sending")
        supervisor.revive()
        come_to_rest(reconciliation, plan.rests_within)
        clock.lap("coming to rest")
        return _balanced(reconciliation, load, supervisor, clock)


def example(waymark: Distributed) -> Mapping[str, object]:
    """The body that intake's own description gives for a referral."""
    connection = http.client.HTTPConnection("127.0.0.1", waymark.web["intake"].port, timeout=30)
    connection.request("GET", "/intake/api/v1/openapi.json")
    described = json.load(connection.getresponse())
    connection.close()
    body: Mapping[str, object] = described["paths"][REFERRALS]["post"]["requestBody"]["content"]["application/json"][
        "example"
    ]
    return body


class _Stopwatch:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._at = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._at = now - self._at, now


def _told(
    load: Load, supervisor: Supervisor, reconciliation: Reconciliation, report: Report
) -> Callable[[float], bool]:
    began = time.monotonic()

    def going(seconds: float) -> bool:
        on = load.goes_on_for(seconds)
        kills, estimated = supervisor.kills.total(), reconciliation.estimated()
        report(
            f"{time.monotonic() - began:4.0f} s: {load.accepted()} accepted, {estimated} estimated, {kills} kills, the last of {supervisor.last}"
        )
        return on

    return going


def come_to_rest(reconciliation: Reconciliation, within: float) -> None:
    """Wait until nothing moves. When something still does after that time, the reconciliation say what is missing."""
    until, pause = time.monotonic() + within, threading.Event()
    while not reconciliation.at_rest() and time.monotonic() < until:
        pause.wait(_LOOKS_EVERY)


def _balanced(reconciliation: Reconciliation, load: Load, supervisor: Supervisor, clock: _Stopwatch) -> Outcome:
    event_trace = reconciliation.event_trace()
    faults = {
        **reconciliation.balance(load.ledger, event_trace),
        "another person's": _crossed(load.ledger, reconciliation),
        "answers": load.faults,
        "processes": supervisor.faults,
        "at rest": [] if reconciliation.at_rest() else ["something still moves"],
    }
    clock.lap("balancing")
    return Outcome(
        accepted=load.accepted(),
        faults=faults,
        kills=supervisor.kills,
        answers=load.answers,
        events=len(event_trace.events),
        sent_twice=event_trace.sent_twice(),
        told_again=reconciliation.republished(),
        stood_still=load.stood_still,
        seconds=clock.laps,
    )


def _crossed(ledger: Sequence[Line], reconciliation: Reconciliation) -> list[str]:
    names = reconciliation.names()
    return [
        f"{line.key} was answered with another person's referral"
        for line in ledger
        if line.status in ACCEPTED and names.get(referral_of(line), line.name) != line.name
    ]
