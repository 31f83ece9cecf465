"""Our records are Kafka's: other clients read what our relay wrote, to the byte, and our consumer reads what they wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # its stubs are not installed

from devtools.kafka.cluster import Cluster
from services.contracts import topics
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.log import Record
from services.platform.messaging.relay import Relay
from services.platform.service import Service
from tests.contracts import asyncapi
from tests.integration.platform.other_clients import (
    CONTENT_TYPE,
    LIBRDKAFKAS_OWN,
    PARTITIONS,
    Client,
    Confluent,
    Kcat,
    Seen,
)
from tests.logs import KafkaStorage, OnItsOwnTopics, make_topics, read
from tests.platform_service import WriteNote, a_record, a_service, count, texts

EVENTS = 40


@pytest.fixture(params=[Kcat, Confluent], ids=["kcat", "confluent-kafka"])
def client(request: pytest.FixtureRequest) -> Client:
    made: Client = request.param()
    return made


@pytest.fixture
def storage(kafka: Cluster) -> Iterator[KafkaStorage]:
    storage = KafkaStorage(kafka.bootstrap_servers)
    yield storage
    storage.close()


@pytest.fixture
def log(storage: KafkaStorage) -> OnItsOwnTopics:
    """With as many partitions as a topic has that grows with referrals."""
    log = OnItsOwnTopics(storage, storage.opened(), prefix=f"t-{uuid4().hex[:8]}.")
    make_topics(storage.settings, log.prefix + topics.STAFF.name, partitions=PARTITIONS)
    return log


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(f"sqlite:///{tmp_path / 'service.sqlite'}", batch_size=500)


class TestWhatOurRelaySent:
    def test_is_read_by_another_client_as_it_lies_in_the_outbox(
        self, client: Client, service: Service, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        sent = relayed(service, log)

        seen = client.read(kafka.bootstrap_servers, log.prefix + topics.STAFF.name, count=EVENTS)

        assert sorted((one.key, one.value) for one in seen) == sorted(sent)
        assert {one.headers for one in seen} == {(CONTENT_TYPE,)}
        assert len({one.partition for one in seen}) > 1

    def test_is_what_the_asyncapi_document_says(
        self, client: Client, service: Service, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        relayed(service, log)
        document = asyncapi.document()
        message = document["components"]["messages"]["accounts.staff.changed.v1"]
        value = Draft7Validator({"allOf": [message["payload"]], "components": document["components"]})

        for one in client.read(kafka.bootstrap_servers, log.prefix + topics.STAFF.name, count=EVENTS):
            value.validate(json.loads(one.value))
            Draft7Validator(message["headers"]).validate(dict(one.headers))
            assert message["bindings"]["kafka"]["key"] == {"type": "string", "format": "uuid"}
            assert str(UUID(one.key)) == one.key


class TestWhatAnotherClientWrote:
    def test_is_handled_by_our_consumer_once(
        self, client: Client, service: Service, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        records = [a_record(name=f"note {number:02d}") for number in range(EVENTS)]

        client.write(kafka.bootstrap_servers, [*named(log, records), *named(log, records[:5])])
        handle(service, log, 2 * EVENTS)

        assert sorted(texts(service)) == [f"note {number:02d}" for number in range(EVENTS)]
        assert count(service, service.tables.dead_letters) == 0

    def test_lies_in_the_partition_where_ours_with_its_key_lie(
        self, client: Client, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        records = [a_record() for _ in range(EVENTS)]
        log.append(records)
        ours = partitions_of(client.read(kafka.bootstrap_servers, named(log, records)[0].topic, count=EVENTS))

        client.write(kafka.bootstrap_servers, named(log, records))

        both = client.read(kafka.bootstrap_servers, named(log, records)[0].topic, count=2 * EVENTS)
        assert partitions_of(both) == ours

    def test_would_lie_elsewhere_with_the_hash_that_librdkafka_takes_by_itself(
        self, client: Client, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        """Then the order of a person's events would be lost: whoever writes must be told which hash."""
        records = [a_record() for _ in range(EVENTS)]
        log.append(records)

        client.write(kafka.bootstrap_servers, named(log, records), partitioner=LIBRDKAFKAS_OWN)

        both = client.read(kafka.bootstrap_servers, named(log, records)[0].topic, count=2 * EVENTS)
        assert any(len(partitions) > 1 for partitions in partitions_of(both).values())

    def test_is_given_to_our_reader_as_it_was_written(
        self, client: Client, log: OnItsOwnTopics, kafka: Cluster
    ) -> None:
        records = [a_record() for _ in range(EVENTS)]

        client.write(kafka.bootstrap_servers, named(log, records))

        found = read(log, "readers", [topics.STAFF.name], count=EVENTS)
        assert {(one.key, one.value) for one in found} == {(one.key, one.value) for one in records}


def relayed(service: Service, log: OnItsOwnTopics) -> list[tuple[str, bytes]]:
    """Key and value of what a relay sent, as they lie in the outbox."""
    for number in range(EVENTS):
        service.dispatcher.handle(WriteNote(text=f"note {number}", staff_id=uuid4()), actor=None)
    relay = Relay(service, log)
    assert relay.run_once() == EVENTS
    relay.stop()
    outbox = service.tables.outbox.c
    with service.database.read() as connection:
        return [(row.key, row.value) for row in connection.execute(sa.select(outbox.key, outbox.value))]


def handle(service: Service, log: OnItsOwnTopics, maximum: int) -> None:
    """Let our consumer read until nothing comes any more."""
    consumer, handled = Consumer(service, log), 0
    while handled < EVENTS + 5:
        handled += consumer.run_once(wait=1.0)
    assert handled <= maximum


def named(log: OnItsOwnTopics, records: list[Record]) -> list[Record]:
    """The same on the log's own topic, for who does not know of its prefix."""
    return [Record(topic=log.prefix + record.topic, key=record.key, value=record.value) for record in records]


def partitions_of(seen: list[Seen]) -> dict[str, set[int]]:
    """By key, where its records lie."""
    partitions: dict[str, set[int]] = {}
    for one in seen:
        partitions.setdefault(one.key, set()).add(one.partition)
    return partitions
