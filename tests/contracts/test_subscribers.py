"""Every service still understands every event it listens to, as it was once written and as a later writer may write it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from devtools.postgresql import Cluster
from services.contracts import envelope
from services.contracts.registry import EVENTS
from services.contracts.schema import EventSchema
from services.contracts.topics import TOPICS
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.log import Record
from services.platform.messaging.translate import Translator
from services.platform.service import Service, Subscriptions
from tests.contracts.frozen import name_of, payload, schemas
from tests.platform_service import count
from tests.world import World, a_world

REFERRAL = b"00000000-0000-4000-8000-000000000002"
"""The one that the frozen payloads are about."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    cluster: Cluster | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with a_world(tmp_path_factory.mktemp("world"), database_url=cluster.schema if cluster else None) as world:
        yield world


@pytest.fixture
def subscribers(world: World) -> dict[str, Subscriptions]:
    """By service, what it listens to: of every service that there is."""
    return {name: service.subscriptions for name, service in world.system.services.items()}


class TestASubscriber:
    def test_makes_a_command_of_every_version_ever_written(self, subscribers: dict[str, Subscriptions]) -> None:
        for subscriptions in subscribers.values():
            translator, types = Translator(subscriptions), {schema.type for schema in subscriptions}
            heard = [schema for schema in schemas() if schema.type in types]

            assert [name_of(schema) for schema in heard if translator.command_of(written(schema)) is None] == []

    def test_makes_the_same_command_when_a_later_writer_says_more(self, subscribers: dict[str, Subscriptions]) -> None:
        for subscriptions in subscribers.values():
            translator = Translator(subscriptions)
            for schema in subscriptions:
                commands = [translator.command_of(written(schema, data=data)) for data in ({}, {"more": 1})]
                assert commands[0] is not None
                assert commands[1] is not None
                assert commands[0].command == commands[1].command, name_of(schema)

    def test_handles_every_version_ever_written_and_buries_none(self, world: World) -> None:
        """By the handlers themselves, in whatever order the payloads' names have."""
        referral = _refer(world)
        before = {name: _marks(service) for name, service in world.system.services.items()}

        for more in ({}, {"more": 1}):
            values = [written(schema, data=more).replace(REFERRAL, referral) for schema in schemas()]
            topics = [schema.topic for schema in schemas()]
            world.system.log.append(
                [Record(topic=topic, key="k", value=value) for topic, value in zip(topics, values, strict=True)]
            )
        for service in world.system.services.values():
            while Consumer(service, world.system.log).run_once():
                pass
        world.drain()

        for name, service in world.system.services.items():
            types = {schema.type for schema in service.subscriptions}
            assert _marks(service) - before[name] >= 2 * sum(schema.type in types for schema in schemas())
            assert count(service, service.tables.dead_letters) == 0, name

    def test_hears_a_type_in_its_newest_version_alone(self, subscribers: dict[str, Subscriptions]) -> None:
        newest = {schema.type: schema for _, schema in sorted(EVENTS.items(), key=lambda item: item[0])}

        for name, subscriptions in subscribers.items():
            assert [newest[schema.type] for schema in subscriptions] == list(subscriptions), name

    def test_of_who_somebody_is_is_casework_alone(self, subscribers: dict[str, Subscriptions]) -> None:
        identifying = {topic.name for topic in TOPICS if topic.identifying}

        assert {service for service, schema in _heard(subscribers) if schema.topic in identifying} == {"casework"}

    def test_never_hears_itself(self, subscribers: dict[str, Subscriptions]) -> None:
        own = [(name, schema) for name, schema in _heard(subscribers) if schema.type.startswith(f"{name}.")]

        assert own == []


class TestATopic:
    def test_names_as_its_readers_those_who_subscribe_to_something_on_it(
        self, subscribers: dict[str, Subscriptions]
    ) -> None:
        heard = _heard(subscribers)
        subscribing = {topic.name: {name for name, schema in heard if schema.topic == topic.name} for topic in TOPICS}

        assert {topic.name: set(topic.readers) for topic in TOPICS} == subscribing


def _heard(subscribers: dict[str, Subscriptions]) -> list[tuple[str, type[EventSchema]]]:
    return [(name, schema) for name, subscriptions in subscribers.items() for schema in subscriptions]


def written(schema: type[EventSchema], data: dict[str, Any] | None = None) -> bytes:
    """A record's value with the frozen payload as it is kept, and this besides in it and in each of its parts."""
    value = envelope.write(
        schema,
        schema.decode(payload(schema)),
        event_id=uuid4(),
        time=datetime(2026, 11, 22, tzinfo=UTC),
        correlation_id=uuid4(),
        causation_id=None,
    )
    event = json.loads(value)
    event["data"] = _with(payload(schema), data or {})
    return json.dumps(event).encode()


def _with(node: Any, more: dict[str, Any]) -> Any:
    """The node, and in each object of it that a schema describes these fields too."""
    if isinstance(node, list):
        return [_with(item, more) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: value if name in _BY_NAME else _with(value, more) for name, value in node.items()} | more


_BY_NAME = frozenset({"texts", "area_names"})
"""Texts by any name: one more is no field that is not known."""


def _refer(world: World) -> bytes:
    """The id of a referral that intake has: it would dead-letter a step of one that it never had."""
    answer = world.caller("navigator").post(path := "/intake/api/v1/referrals", world.example("intake", path))
    world.drain()
    return str(answer.location).rpartition("/")[2].encode()


def _marks(service: Service) -> int:
    return count(service, service.tables.inbox)
