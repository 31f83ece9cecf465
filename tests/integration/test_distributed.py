"""Every role as its own process, on PostgreSQL and Kafka: referrals go their whole way, whatever is killed meanwhile."""

import http.client
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from devtools.distributed import SERVICES, Distributed
from devtools.gateway import gateway
from devtools.kafka.cluster import Cluster as Kafka
from devtools.postgresql import Cluster
from tests.chaos.installation import prepare
from tests.chaos.load import REFERRALS
from tests.chaos.run import Plan, example, run
from tests.http_server import serving
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

REFERRALS_SENT = 2_000
KILL_EVERY = 5.0
RESTS_WITHIN = 300.0
"""Other tests run on the same processors."""


@dataclass(frozen=True)
class Gateway:
    """The one address of all services, as two people use it who try again when they are told to."""

    host: str
    tokens: Mapping[str, str]

    def ask(self, who: str, method: str, path: str) -> tuple[int, Any]:
        status, _, said = self._answered(method, path, None, {"Authorization": f"Bearer {self.tokens[who]}"})
        return status, json.loads(said) if said else None

    def post(self, who: str, path: str, body: object) -> tuple[int, str]:
        """Status and Location."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": str(uuid4())}
        sent = headers | {"Content-Type": "application/json"}
        status, location, _ = self._answered("POST", path, json.dumps(body), sent)
        return status, location

    def _answered(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        answers: list[tuple[int, str, bytes]] = []

        def settled() -> bool:
            answers.append(self._sent(method, path, body, headers | {"Host": "127.0.0.1"}))
            return answers[-1][0] not in (502, 503)

        wait_until(settled, within=60, what=f"an answer to {method} {path}")
        return answers[-1]

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers["Location"] or "", answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def waymark(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distributed]:
    """On a broker of its own: the reconciliation are balanced over all that lies in the topics."""
    folder = tmp_path_factory.mktemp("waymark")
    with (
        Kafka(short_lived=True) as kafka,
        Distributed(folder, postgresql, bootstrap_servers=kafka.bootstrap_servers) as waymark,
    ):
        yield waymark


@pytest.fixture(scope="module")
def tokens(waymark: Distributed) -> Mapping[str, str]:
    """All ten processes run when this is given."""
    tokens = prepare(waymark, people=("navigator", "reviewer"))
    waymark.start()
    return tokens


@pytest.fixture
def everybody(waymark: Distributed, tokens: Mapping[str, str]) -> Iterator[Gateway]:
    with serving(gateway({name: role.address for name, role in waymark.web.items()})) as address:
        yield Gateway(address.removeprefix("http://"), tokens)


class TestEveryRoleAsAProcess:
    """One system for all of these, in this order."""

    def test_loses_nothing_and_does_nothing_twice_while_processes_are_killed(
        self, waymark: Distributed, tokens: Mapping[str, str]
    ) -> None:
        """The short form of `make chaos`."""
        seed = random.randrange(1_000_000)  # noqa: S311
        plan = Plan(referrals=REFERRALS_SENT, seed=seed, kill_every=KILL_EVERY, rests_within=RESTS_WITHIN)

        outcome = run(waymark, tokens["navigator"], plan, print)

        assert {kind: lines[:5] for kind, lines in outcome.faults.items() if lines} == {}, plan
        assert outcome.accepted == REFERRALS_SENT
        assert outcome.kills

    def test_takes_a_referral_until_it_is_reviewable_and_estimated(
        self, waymark: Distributed, everybody: Gateway
    ) -> None:
        status, location = everybody.post("navigator", REFERRALS, example(waymark))

        assert status in (200, 202)
        referral = location.rpartition("/")[2]
        wait_until(lambda: reviews(everybody, referral), within=60, what="a review")
        wait_until(lambda: estimates(waymark, referral), within=60, what="an estimate, or why not")

    def test_ends_well_when_it_is_asked_to(self, waymark: Distributed, everybody: Gateway) -> None:
        waymark.stop()

        assert {service: worker.stop() for service, worker in waymark.workers.items()} == dict.fromkeys(SERVICES, 0)


def reviews(everybody: Gateway, referral: str) -> list[Any]:
    status, listed = everybody.ask("reviewer", "GET", f"/casework/api/v1/reviews?referral_id={referral}")
    return list(listed["items"]) if status == 200 else []


def estimates(waymark: Distributed, referral: str) -> int:
    system = waymark.in_process()
    try:
        casework = system.services["casework"]
        estimates = casework.metadata.tables["estimates"]
        with casework.database.read() as connection:
            found = connection.execute(estimates.select().where(estimates.c.referral_id == UUID(referral))).all()
        return len(found)
    finally:
        system.close()
