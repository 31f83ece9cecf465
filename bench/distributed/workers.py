"""Scoring with one worker process, two and four: how many events they handle a second together."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
from kafka.admin import KafkaAdminClient

from bench import referrals
from bench.distributed.installation import Installation
from devtools.roles import Role
from services.platform.messaging.log import Record
from tests.waiting import wait_until

_PATIENCE_SECONDS = 300.0
_PARTITIONS = 12


def scaling(
    at: Installation, facts: Mapping[str, Any], *, workers: Sequence[int] = (1, 2, 4), events: int = 4_000
) -> Iterator[tuple[int, float]]:
    """Number of workers, events a second. Nothing else runs."""
    for number in workers:
        roles = [_worker(at) for _ in range(number)]
        try:
            _start(at, roles)
            yield number, _rate(at, facts, events)
        finally:
            for role in roles:
                role.stop()


def _start(at: Installation, roles: Sequence[Role]) -> None:
    for role in roles:
        role.start()
    for role in roles:
        wait_until(role.lives, within=120, what="a scoring worker")
    wait_until(lambda: _assigned(at) == len(roles), within=60, what="the workers to share the topic out")


def _worker(at: Installation) -> Role:
    return Role("scoring", "worker", at.waymark.workers["scoring"].settings, folder=at.waymark.folder.root)


def _assigned(at: Installation) -> int:
    """How many readers of the group have partitions of the topic, once each partition has one."""
    with closing(KafkaAdminClient(bootstrap_servers=at.kafka.bootstrap_servers)) as admin:
        members = admin.describe_groups(["scoring"])["scoring"]["members"]
    shares = [_partitions(member) for member in members]
    return sum(share > 0 for share in shares) if sum(shares) == _PARTITIONS else 0


def _partitions(member: Mapping[str, Any]) -> int:
    assignment = member["member_assignment"]
    assigned = assignment["assigned_partitions"] if assignment else []
    return sum(len(each["partitions"]) for each in assigned if each["topic"] == "intake.referrals")


def _rate(at: Installation, facts: Mapping[str, Any], events: int) -> float:
    values = [referrals.received(facts) for _ in range(events)]
    with at.everything() as connection:
        before = _handled(connection)
        at.log.append([Record(topic="intake.referrals", key=str(uuid4()), value=value) for value in values])
        began = time.perf_counter()
        while _handled(connection) < before + events:
            if time.perf_counter() - began > _PATIENCE_SECONDS:
                raise SystemExit("The workers did not come to the end.")
            time.sleep(0.05)
        return events / (time.perf_counter() - began)


def _handled(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute("SELECT count(*) FROM scoring.inbox").fetchone()
    assert found is not None
    return int(found[0])
