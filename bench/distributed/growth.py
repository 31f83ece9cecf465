"""What a referral costs as more and more are held: their rows are made in the database, and the next one is measured."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench import referrals
from bench.distributed import alone, statements
from bench.distributed.installation import Installation
from bench.distributed.statements import Statements
from services.platform.messaging.relay import Relay
from services.platform.messaging.translate import Translator
from services.platform.service import Service

_ROUNDS = 60
_PUBLISHED = "ALTER TABLE {service}.outbox ALTER published_at {how}"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Medians in microseconds for one referral, when so many are held; a row and a commit is the floor."""

    held: int
    commit: float
    receive: float
    relay: float
    score: float
    open_review: float


def costs(at: Installation, example: Mapping[str, Any], sizes: Sequence[int]) -> Iterator[Cost]:
    """Nothing else may run. Persons, the outbox's history and the backlog that waits grow together."""
    intake, scoring, casework = (at.system.services[name] for name in ("intake", "scoring", "casework"))
    command, facts = alone.command(example, one_birthday=True), example["facts"]

    def receive() -> object:
        return intake.dispatcher.handle(command(), actor=None)

    made = {
        "intake": statements.of(intake, receive),
        "scoring": statements.of(scoring, lambda: _hear(scoring, facts)),
        "casework": statements.of(casework, lambda: _hear(casework, facts)),
    }
    connection, held = alone.bare(at), 0
    for size in sizes:
        for name, statement in made.items():
            _fill(at, name, statement, held + 1, size)
        held = size
        commit, received, scored, opened = _medians(
            lambda: alone.commit(connection),
            receive,
            lambda: _hear(scoring, facts),
            lambda: _hear(casework, facts),
        )
        relayed = _relay(at, size)
        yield Cost(held=size, commit=commit, receive=received, relay=relayed, score=scored, open_review=opened)


def _hear(service: Service, facts: Mapping[str, Any]) -> None:
    heard = Translator(service.subscriptions).command_of(referrals.received(facts))
    assert heard is not None
    assert service.dispatcher.handle_events([heard]) == 1


def _fill(at: Installation, service: str, made: Statements, first: int, last: int) -> None:
    with at.everything() as connection:
        connection.execute(_PUBLISHED.format(service=service, how="SET DEFAULT now()"))
        connection.execute(f"SET search_path TO {service}")
        # The rows are whole: they are those of a referral that was checked.
        connection.execute("SET session_replication_role TO replica")
        connection.execute("SET synchronous_commit TO off")
        for text in made.fill(first, last):
            connection.execute(text.encode())
        connection.execute(_PUBLISHED.format(service=service, how="DROP DEFAULT"))
        connection.execute("RESET session_replication_role")
        connection.execute("VACUUM ANALYZE")
        # Else it goes on beside what is measured.
        connection.execute("CHECKPOINT")


def _relay(at: Installation, waiting: int) -> float:
    """While so many wait, and as many times four were sent."""
    value = referrals.received({})
    with at.everything() as connection:
        _let_wait(connection, waiting, value)
        connection.execute("CHECKPOINT")
        relay = Relay(at.system.services["intake"], at.log)
        [taken] = _medians(relay.run_once, rounds=min(_ROUNDS, max(1, waiting // 500)))
        relay.stop()
        connection.execute("DELETE FROM intake.outbox WHERE published_at IS NULL")
        connection.execute("VACUUM intake.outbox")
    return taken / min(500, waiting)


def _let_wait(connection: psycopg.Connection[Any], waiting: int, value: bytes) -> None:
    connection.execute(
        "INSERT INTO intake.outbox (event_id, topic, key, value, created_at) "
        "SELECT gen_random_uuid(), 'intake.referrals', gen_random_uuid()::text, %s, %s FROM generate_series(1, %s)",
        [value, datetime.now(UTC), waiting],
    )


def _medians(*works: Callable[[], object], rounds: int = _ROUNDS) -> list[float]:
    """Microseconds of each. They take turns, so that a slow minute of the machine is a slow one for all."""
    taken = [[_timed(work) for work in works] for _ in range(rounds)]
    return [statistics.median(each) for each in zip(*taken, strict=True)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e6
