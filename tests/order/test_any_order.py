"""What services hold in the end does not depend on the order in which events came, nor on how often.

Six hundred events; `EVENTS=10000 .venv/bin/pytest tests/order` is the long form.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from devtools.revisions import make_tables
from services.casework.adapters.alarm_tables import alarms
from services.casework.domain.alarm import AlarmReason
from services.contracts import envelope
from services.contracts.topics import ESTIMATES
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.platform.db import inbox
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.log import Record
from services.platform.service import Service
from services.scoring.tables import results
from tests.factories import small_model
from tests.order import history
from tests.order.current_state import current
from tests.order.deliveries import Deliveries, read_by, shuffled
from tests.platform_service import count as rows_of

EVENTS = int(os.environ.get("EVENTS", "600"))
SEED = int(os.environ.get("SEED", "20261122"))

NewService = Callable[[str], Service]


@pytest.fixture(scope="module")
def happened(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    return history.told(tmp_path_factory.mktemp("history"), events=EVENTS, seed=SEED)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def a_service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewService]:
    """Services as they are built for use, each on an empty database of its own."""
    cluster: Cluster | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    made: list[Service] = []

    def make(name: str) -> Service:
        folder = Folder(tmp_path_factory.mktemp(name))
        small_model.save(folder.models)
        service = embedded.build(folder, database_url=cluster.schema if cluster else None).services[name]
        make_tables(service)
        made.append(service)
        return service

    yield make
    for service in made:
        service.database.close()


@pytest.fixture(scope="module")
def scored(a_service: NewService, happened: list[Record]) -> tuple[Service, Service]:
    """Scoring as it stands after what happened in order, and after the same shuffled."""
    return both(a_service, "scoring", happened, happened)


class TestTheSameEventsInAnyOrder:
    def test_leave_scoring_with_the_same_answers(self, scored: tuple[Service, Service]) -> None:
        assert faults(*scored) == []

    def test_leave_casework_with_the_same_reviews_and_estimates(
        self, a_service: NewService, happened: list[Record], scored: tuple[Service, Service]
    ) -> None:
        """Each run of casework hears the estimates of the run of scoring that is like it."""
        said = [record for record in happened if record.topic != ESTIMATES.name]

        services = both(a_service, "casework", *(said + told_by(service) for service in scored))

        assert faults(*services) == []
        assert {reason for row in rows_held(services[0], alarms) for reason in row.reasons} == set(AlarmReason)

    def test_leave_oversight_with_the_same_timelines(self, a_service: NewService, happened: list[Record]) -> None:
        assert faults(*both(a_service, "oversight", happened, happened)) == []


class TestHistoryThatComesLate:
    def test_supersedes_the_estimate(
        self, a_service: NewService, happened: list[Record], scored: tuple[Service, Service]
    ) -> None:
        """Referrals were answered without what had not come yet, as they never are in order; and then once more."""
        in_order, too_late = scored[0], a_service("scoring")
        replay(too_late, read_by("scoring", happened)[::-1])

        assert faults(in_order, too_late) == []
        assert answers_given(too_late) - answers_given(in_order) != set()


class TestABuildWithoutInbox:
    def test_does_again_what_it_has_done(
        self, a_service: NewService, happened: list[Record], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "not_yet_handled", lambda _connection, _tables, event_ids, **_: set(event_ids))
        some = happened[: EVENTS // 4]

        assert faults(*both(a_service, "casework", some, some)) != []


def both(
    a_service: NewService, name: str, in_order: Sequence[Record], to_shuffle: Sequence[Record]
) -> tuple[Service, Service]:
    services = a_service(name), a_service(name)
    replay(services[0], read_by(name, in_order))
    replay(services[1], shuffled(read_by(name, to_shuffle), drawing()))
    return services


def drawing() -> Random:
    return Random(SEED)  # noqa: S311 (nothing here is secret)


def replay(service: Service, records: Sequence[Record]) -> None:
    consumer = Consumer(service, Deliveries(records))
    while consumer.run_once():
        pass
    assert rows_of(service, service.tables.dead_letters) == 0


def faults(in_order: Service, in_disorder: Service) -> list[tuple[str, ...]]:
    """What only one of them holds, and what either has done twice."""
    one, other = current(in_order), current(in_disorder)
    assert one.total() > 0
    differing = [("in order", *row) for row in one - other] + [("in disorder", *row) for row in other - one]
    return sorted(differing, key=lambda row: row[1:]) + done_twice(in_order) + done_twice(in_disorder)


def told_by(service: Service) -> list[Record]:
    """What the service has to send, in the order in which it was written."""
    outbox = service.tables.outbox.c
    with service.database.read() as connection:
        rows = connection.execute(sa.select(outbox.topic, outbox.key, outbox.value).order_by(outbox.position))
        return [Record(topic=row.topic, key=row.key, value=row.value) for row in rows]


def done_twice(service: Service) -> list[tuple[str, ...]]:
    """Each event whose handler told the same of the same more than once."""
    effects: Counter[tuple[str, ...]] = Counter()
    for record in told_by(service):
        event = envelope.read(record.value)
        if event.causation_id is not None:
            about = (str(event.data.get(name)) for name in ("referral_id", "referral_version"))
            effects["told twice", str(event.causation_id), event.type, *about] += 1
    return [effect for effect, times in effects.items() if times > 1]


def rows_held(service: Service, table: sa.Table) -> list[Any]:
    with service.database.read() as connection:
        return list(connection.execute(sa.select(table)))


def answers_given(service: Service) -> set[tuple[Any, ...]]:
    """Which answers each version of each referral has ever been given, by what the model knew."""
    query = sa.select(results.c.referral_id, results.c.referral_version, results.c.snapshot_digest)
    with service.database.read() as connection:
        return {tuple(row) for row in connection.execute(query)}
