"""The broker goes away while referrals come in, and comes back: how soon everything goes on, and what was lost."""

import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from devtools.distributed import Distributed
from devtools.kafka.cluster import Cluster as Kafka
from devtools.postgresql import Cluster as PostgreSQL
from services.embedded.system import System
from services.platform.messaging.kafka.settings import KafkaSettings
from tests.chaos import installation
from tests.chaos.carried import OnKafka
from tests.chaos.load import Load, Sender
from tests.chaos.run import come_to_rest, example
from tests.kill.reconciliation import Reconciliation
from tests.waiting import wait_until

READERS = ("scoring", "casework")
"""Whose work is watched: the two that a referral cannot be reviewed without."""
CLIENTS = 2
PAUSE = 0.2
"""Seconds that a client waits between two referrals: a steady trickle, so that what is measured is no backlog."""
AWAY_FOR = 3.0
RESTS_WITHIN = 300.0
AGAIN_WITHIN = 120.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    seconds: Mapping[str, Sequence[float]]
    """What was timed, by what it is."""
    accepted: int
    answers: Mapping[str, int]
    faults: Mapping[str, Sequence[str]]

    @property
    def sound(self) -> bool:
        return not any(self.faults.values())


def one_broker(times: int) -> Outcome:
    """The only broker is killed and started again. Timed: from its new start until an event is handled again."""
    with _waymark(brokers=1) as (waymark, kafka, token):
        waymark.start()
        with _trickle(waymark, token) as (load, reconciliation, system):
            again = []
            for _ in range(times):
                _goes_on(system, since=datetime.now(UTC))
                kafka.brokers[0].kill()
                time.sleep(AWAY_FOR)
                began = datetime.now(UTC)
                kafka.brokers[0].start()
                again.append(_goes_on(system, since=began))
            return _outcome(load, reconciliation, {"handled again": again})


def three_brokers(times: int) -> Outcome:
    """Each of three in turn is killed and started again. Timed: how long nothing was handled, around each kill."""
    with _waymark(brokers=3) as (waymark, kafka, token):
        waymark.start()
        with _trickle(waymark, token) as (load, reconciliation, system):
            stood_still = []
            for number in range(times):
                broker = kafka.brokers[number % len(kafka.brokers)]
                _goes_on(system, since=datetime.now(UTC))
                killed = datetime.now(UTC)
                broker.kill()
                time.sleep(AWAY_FOR)
                _goes_on(system, since=datetime.now(UTC))
                broker.start()
                kafka.wait_until_it_answers()
                _goes_on(system, since=datetime.now(UTC))
                stood_still.append(_longest_gap(system, since=killed))
            return _outcome(load, reconciliation, {"stood still": stood_still})


def no_broker(referrals: int) -> Outcome:
    """Everything starts, and takes referrals, without a broker. Timed: until ready, and until the backlog is done."""
    with _waymark(brokers=1) as (waymark, kafka, token):
        ready_with = _ready(waymark)
        waymark.stop()
        kafka.brokers[0].kill()
        ready_without = _ready(waymark)
        load = Load(_sender(waymark, token), referrals=referrals, clients=8, seconds=3600.0)
        load.start()
        while load.goes_on_for(1.0):
            pass
        kafka.start()
        began = time.monotonic()
        with _books(waymark) as (reconciliation, _):
            come_to_rest(reconciliation, RESTS_WITHIN)
            drained = time.monotonic() - began
            timed = {"ready with a broker": ready_with, "ready without": ready_without, "backlog done": [drained]}
            return _outcome(load, reconciliation, timed)


def percentile(values: Sequence[float], percent: int) -> float:
    """Of few values the highest is meant by a high one."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


@contextmanager
def _waymark(*, brokers: int) -> Iterator[tuple[Distributed, Kafka, str]]:
    """Prepared and not started."""
    with (
        tempfile.TemporaryDirectory(prefix="waymark-outage-") as folder,
        PostgreSQL(durable=True) as postgresql,
        Kafka(brokers=brokers, short_lived=True) as kafka,
        Distributed(Path(folder), postgresql, bootstrap_servers=kafka.bootstrap_servers) as waymark,
    ):
        tokens = installation.prepare(waymark, people=["navigator"], replicas=brokers)
        yield waymark, kafka, tokens["navigator"]


@contextmanager
def _trickle(waymark: Distributed, token: str) -> Iterator[tuple[Load, Reconciliation, System]]:
    load = Load(_sender(waymark, token), referrals=10**9, clients=CLIENTS, seconds=3600.0, pause=PAUSE)
    load.start()
    try:
        with _books(waymark) as (reconciliation, system):
            yield load, reconciliation, system
    finally:
        load.abandon()


@contextmanager
def _books(waymark: Distributed) -> Iterator[tuple[Reconciliation, System]]:
    system = waymark.in_process()
    with Reconciliation(system, OnKafka(KafkaSettings.from_environment(waymark.kafka))) as reconciliation:
        yield reconciliation, system


def _sender(waymark: Distributed, token: str) -> Sender:
    return Sender(port=waymark.web["intake"].port, token=token, example=example(waymark))


def _goes_on(system: System, *, since: datetime) -> float:
    """Wait until both readers have handled something that they took up after this moment. Gives the seconds it took."""
    wait_until(
        lambda: all(_handled(system, reader, since) for reader in READERS),
        within=AGAIN_WITHIN,
        what="an event to be handled",
    )
    firsts = [_handled(system, reader, since)[0] for reader in READERS]
    return max((first - since).total_seconds() for first in firsts)


def _handled(system: System, reader: str, since: datetime) -> list[datetime]:
    service = system.services[reader]
    at = service.tables.inbox.c.handled_at
    with service.database.read() as connection:
        return list(connection.execute(sa.select(at).where(at > since).order_by(at)).scalars())


def _longest_gap(system: System, *, since: datetime) -> float:
    """Seconds in which one of the readers handled nothing, from this moment on."""
    longest = 0.0
    for reader in READERS:
        timestamps = [since, *_handled(system, reader, since)]
        longest = max(longest, *((after - before).total_seconds() for before, after in itertools.pairwise(timestamps)))
    return longest


def _ready(waymark: Distributed) -> list[float]:
    """Start every role at once; the seconds until each says that it is ready."""
    began = time.monotonic()
    for role in waymark.roles:
        role.start()
    waiting, found = set(waymark.roles), []
    while waiting:
        for role in [role for role in waiting if role.is_ready()]:
            waiting.remove(role)
            found.append(time.monotonic() - began)
        time.sleep(0.05)
    return found


def _outcome(load: Load, reconciliation: Reconciliation, seconds: Mapping[str, Sequence[float]]) -> Outcome:
    load.end()
    come_to_rest(reconciliation, RESTS_WITHIN)
    faults = {**reconciliation.balance(load.ledger, reconciliation.event_trace()), "answers": load.faults}
    return Outcome(seconds=seconds, accepted=load.accepted(), answers=dict(load.answers), faults=faults)
