"""Every role as its own process, on PostgreSQL and Kafka: one referral goes its whole way."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.topics import TOPICS
from services.embedded import staff
from services.kernel.bus.kafka import topics
from services.kernel.bus.kafka.settings import KafkaSettings
from tests.factories import small_model
from tests.http_server import serving
from tests.parts.distributed import SERVICES, Distributed
from tests.parts.gateway import gateway
from tests.parts.kafka.cluster import Cluster as Kafka
from tests.parts.postgresql import Cluster
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

REFERRALS = "/intake/api/v1/referrals"


@dataclass(frozen=True)
class Gateway:
    """The one address of all services, as two people use it who try again when they are told to."""

    host: str
    tokens: dict[str, str]

    def ask(self, who: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Host": "127.0.0.1"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        answers: list[tuple[int, Any]] = []

        def settled() -> bool:
            answers.append(self._sent(method, path, json.dumps(body) if body is not None else None, headers))
            return answers[-1][0] not in (502, 503)

        wait_until(settled, within=60, what=f"an answer to {method} {path}")
        return answers[-1]

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
            return answer.status, json.loads(said) if "json" in answer.headers["Content-Type"] else None
        finally:
            connection.close()


@pytest.fixture
def waymark(postgresql: Cluster, kafka: Kafka, tmp_path: Path) -> Iterator[Distributed]:
    with Distributed(tmp_path, postgresql, bootstrap_servers=kafka.bootstrap_servers) as waymark:
        topics.apply(KafkaSettings.from_environment(waymark.kafka), TOPICS, replicas=1)
        small_model.keep(waymark.folder.models)
        waymark.migrate()
        yield waymark


@pytest.fixture
def everybody(waymark: Distributed) -> Iterator[Gateway]:
    """All ten processes."""
    system = waymark.in_process()
    staff.load(system, waymark.folder)
    tokens = {name: staff.token(system, name) for name in ("navigator", "reviewer")}
    system.close()
    waymark.start()
    with ExitStack() as stack:
        address = stack.enter_context(serving(gateway({name: role.address for name, role in waymark.web.items()})))
        yield Gateway(address.removeprefix("http://"), tokens)


class TestEveryRoleAsAProcess:
    def test_a_referral_is_reviewable_and_estimated_and_each_worker_ends_well(
        self, waymark: Distributed, everybody: Gateway
    ) -> None:
        _, described = everybody.ask("navigator", "GET", "/intake/api/v1/openapi.json")
        body = described["paths"][REFERRALS]["post"]["requestBody"]["content"]["application/json"]["example"]

        status, _ = everybody.ask("navigator", "POST", REFERRALS, body)

        assert status in (200, 202)
        wait_until(lambda: reviews(everybody), within=60, what="a review")
        wait_until(lambda: estimates(waymark), within=60, what="an estimate, or why not")
        waymark.stop()
        assert {service: worker.stop() for service, worker in waymark.workers.items()} == dict.fromkeys(SERVICES, 0)


def reviews(everybody: Gateway) -> list[Any]:
    status, listed = everybody.ask("reviewer", "GET", "/casework/api/v1/reviews")
    return list(listed["items"]) if status == 200 else []


def estimates(waymark: Distributed) -> int:
    system = waymark.in_process()
    try:
        casework = system.services["casework"]
        with casework.database.read() as connection:
            found = connection.execute(casework.metadata.tables["estimates"].select()).all()
        return len(found)
    finally:
        system.close()
