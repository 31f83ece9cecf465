"""Each part of the path by itself, in this process: receive, relay, read, score, open a review."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import lightgbm
import numpy as np
import psycopg
import sqlalchemy as sa

from bench import referrals
from bench.distributed import broker, rate
from bench.distributed.installation import FLOOR, Installation
from bench.distributed.rate import Rate
from bench.timing import Stage
from models.features.vector import build
from services.contracts.codes import OrganisationClass, Source
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.domain.referral import ReferredBy
from services.intake.entrypoints.schema import ReferralSchema, content_from
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.relay import Relay
from services.scoring.champion.model_cache import ModelCache

RELAYED = 5_000
_FIRST = 50_000_000
"""Nobody whom the whole path has had."""
_BY = ReferredBy(staff_id=UUID(int=1), organisation_id=UUID(int=2), organisation_class=OrganisationClass.HEALTH)


def rates(at: Installation, example: Mapping[str, Any]) -> Iterator[Rate]:
    """In the order of the path. What the relay sends, the readers read."""
    yield rate.of_stage(_receive(at, example))
    at.pass_over("scoring", "casework", "oversight")
    size = len(referrals.received(example["facts"]))
    servers = at.kafka.bootstrap_servers
    yield rate.in_turns(
        "relay: out of the outbox, into Kafka, marked",
        lambda: _relayed(at, example["facts"]),
        floor="ProducerPerformance",
        minimum=lambda: broker.produced(FLOOR.name, records=50_000, size=size, bootstrap_servers=servers),
    )
    yield rate.in_turns(
        "read and commit, nothing done",
        lambda: _read(at),
        floor="ConsumerPerformance",
        minimum=lambda: broker.consumed("intake.referrals", records=3 * RELAYED, bootstrap_servers=servers),
    )
    yield rate.in_turns(
        "score: read, estimate, store, tell",
        lambda: _handled(at, "scoring"),
        floor="pred_contrib of the rows",
        minimum=_explains(at, example["facts"]),
    )
    yield rate.in_turns(
        "open a review: read, store, tell",
        lambda: _handled(at, "casework"),
        floor="a row and a commit, one connection",
        minimum=_commits(at),
    )
    at.pass_over("scoring", "casework", "oversight")


def command(example: Mapping[str, Any], *, one_birthday: bool = False) -> Callable[[], ReceiveReferral]:
    schema, new = ReferralSchema(), referrals.bodies(example, first=_FIRST, one_birthday=one_birthday)

    def next_one() -> ReceiveReferral:
        content = content_from(schema.load(next(new)))
        return ReceiveReferral(content=content, source=Source.AE_NAVIGATOR, referred_by=_BY, area="northside")

    return next_one


def _receive(at: Installation, example: Mapping[str, Any]) -> Stage:
    intake = at.system.services["intake"]
    connection = bare(at)
    return Stage(
        name="receive: all rows, one commit, one connection",
        floor="a row and a commit",
        given=command(example),
        work=lambda receive: intake.dispatcher.handle(receive, actor=None),
        minimum=lambda: commit(connection),
    )


def bare(at: Installation) -> psycopg.Connection[Any]:
    """With a table of its own, for `commit`."""
    address = at.postgresql.schema("bare").replace("+psycopg", "")
    connection = psycopg.connect(address, autocommit=True)
    connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, content text)")
    return connection


def commit(connection: psycopg.Connection[Any]) -> None:
    """The floor: a row and a commit."""
    connection.execute("INSERT INTO bare (content) VALUES (%s)", ["one small row"])


def _commits(at: Installation) -> Callable[[], float]:
    connection = bare(at)

    def commit_many() -> None:
        for _ in range(1_000):
            commit(connection)

    return lambda: rate.timed(1_000, commit_many)


def _relayed(at: Installation, facts: Mapping[str, Any]) -> float:
    """Other events each time: one that was heard before costs its readers next to nothing."""
    intake, created_at = at.system.services["intake"], datetime.now(UTC)
    rows = [
        {
            "event_id": uuid4(),
            "topic": "intake.referrals",
            "key": str(uuid4()),
            "value": referrals.received(facts),
            "created_at": created_at,
        }
        for _ in range(RELAYED)
    ]
    with intake.database.write() as connection:
        connection.execute(sa.insert(intake.tables.outbox), rows)
    relay = Relay(intake, at.log)
    done = rate.timed(len(rows), lambda: _until_nothing_is_left(relay.run_once))
    relay.stop()
    return done


def _until_nothing_is_left(step: Callable[[], int]) -> None:
    while step():
        pass


def _read(at: Installation) -> float:
    group, topics = f"bench-{uuid4()}", ["intake.referrals"]
    with at.reading() as log:

        def read() -> int:
            records = log.poll(group, topics, limit=500, wait=10.0)
            log.commit(group, records)
            return len(records)

        return _per_second(read, 2 * RELAYED)


def _handled(at: Installation, name: str) -> float:
    """Less than a third of what was relayed: so there is enough for each round."""
    with at.reading() as log:
        consumer = Consumer(at.system.services[name], log)
        return _per_second(lambda: consumer.run_once(wait=10.0), RELAYED // 2)


def _per_second(step: Callable[[], int], enough: int) -> float:
    """The first step, in which a reader joins its group, is not counted."""
    step()
    done, began = 0, time.perf_counter()
    while done < enough:
        found = step()
        assert found, "less was there than there should be"
        done += found
    return done / (time.perf_counter() - began)


def _explains(at: Installation, facts: Mapping[str, Any]) -> Callable[[], float]:
    current = ModelCache(at.waymark.folder.models).current()
    assert current is not None
    booster = lightgbm.Booster(model_str=current.booster.decode("ascii"))
    rows = np.array([build({"age": 15, **facts}, as_of=datetime.now(UTC).date()).values] * 2_000)
    return lambda: rate.timed(len(rows), lambda: booster.predict(rows, pred_contrib=True, num_threads=1))
