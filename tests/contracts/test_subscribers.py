"""Every service still understands every event it listens to, as it was once written."""

import pytest

from services.casework.entrypoints.subscriptions import SUBSCRIPTIONS as CASEWORK
from services.contracts.registry import EVENTS
from services.contracts.schema import EventSchema
from services.contracts.topics import TOPICS
from services.intake.entrypoints.subscriptions import SUBSCRIPTIONS as INTAKE
from services.kernel.service import Subscriptions
from services.oversight.subscriptions import SUBSCRIPTIONS as OVERSIGHT
from services.scoring.entrypoints.subscriptions import SUBSCRIPTIONS as SCORING
from tests.contracts.frozen import name_of, payload

SUBSCRIBERS: dict[str, Subscriptions] = {
    "intake": INTAKE,
    "scoring": SCORING,
    "casework": CASEWORK,
    "oversight": OVERSIGHT,
}
HEARD = [(service, schema) for service, subscriptions in SUBSCRIBERS.items() for schema in subscriptions]


class TestASubscriber:
    @pytest.mark.parametrize(
        ("service", "schema"), HEARD, ids=lambda part: part if isinstance(part, str) else name_of(part)
    )
    def test_makes_a_command_of_each_event_it_hears(self, service: str, schema: type[EventSchema]) -> None:
        event = schema.decode(payload(schema))

        assert SUBSCRIBERS[service][schema](event) is not None

    def test_hears_every_version_of_a_type_that_it_hears(self) -> None:
        for service, subscriptions in SUBSCRIBERS.items():
            types = {schema.type for schema in subscriptions}
            versions = {schema for schema in EVENTS.values() if schema.type in types}
            assert versions == set(subscriptions), service

    def test_of_who_somebody_is_is_casework_alone(self) -> None:
        identifying = {topic.name for topic in TOPICS if topic.identifying}
        hearing = {service for service, schema in HEARD if schema.topic in identifying}

        assert hearing == {"casework"}

    def test_never_hears_itself(self) -> None:
        assert [(service, name_of(schema)) for service, schema in HEARD if schema.type.startswith(f"{service}.")] == []


class TestATopic:
    def test_names_as_its_readers_those_who_subscribe_to_something_on_it(self) -> None:
        subscribing = {topic.name: {name for name, schema in HEARD if schema.topic == topic.name} for topic in TOPICS}

        assert {topic.name: set(topic.readers) for topic in TOPICS} == subscribing
