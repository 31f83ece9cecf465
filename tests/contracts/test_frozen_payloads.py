"""What was once published can be read for ever, and is written as it was."""

from typing import Any

import pytest
from marshmallow import ValidationError

from services.contracts.schema import EventSchema, Undeclared
from services.contracts.topics import TOPICS
from tests.contracts.frozen import PAYLOADS, name_of, payload, schemas

every_event = pytest.mark.parametrize("schema", schemas(), ids=name_of)


class TestAPublishedEvent:
    @every_event
    def test_is_still_read_and_written_as_it_was(self, schema: type[EventSchema]) -> None:
        frozen = payload(schema)

        written = schema.encode(schema.decode(frozen))

        assert _the_same_part(written, frozen) == frozen

    @every_event
    def test_is_read_when_a_later_writer_says_more(self, schema: type[EventSchema]) -> None:
        frozen = payload(schema)

        assert schema.decode(frozen | {"said_by_a_later_version": 1}) == schema.decode(frozen)

    @every_event
    def test_is_never_written_with_a_field_that_is_not_declared(self, schema: type[EventSchema]) -> None:
        event = schema.decode(payload(schema))

        with pytest.raises(Undeclared):
            schema.encode(event | {"not_declared": "x"})

    @every_event
    def test_is_refused_without_its_key(self, schema: type[EventSchema]) -> None:
        without_key = {name: value for name, value in payload(schema).items() if name != schema.key}

        with pytest.raises(ValidationError):
            schema.decode(without_key)

    @every_event
    def test_travels_on_a_topic_of_the_service_it_is_named_after(self, schema: type[EventSchema]) -> None:
        owners = {topic.name: topic.owner for topic in TOPICS}

        assert owners[schema.topic] == schema.type.split(".")[0]


class TestTheFrozenPayloads:
    def test_are_one_for_each_version_of_each_event(self) -> None:
        assert {path.stem for path in PAYLOADS.glob("*.json")} == {name_of(schema) for schema in schemas()}


class TestTheIdentifyingFields:
    """Only two topics may say who a person is."""

    NAMES = frozenset(
        ["name", "date_of_birth", "phone", "address", "postcode", "nhs_number", "safe_contact_note", "texts"]
    )

    @every_event
    def test_are_in_events_of_the_two_identifying_topics_alone(self, schema: type[EventSchema]) -> None:
        identifying = {topic.name for topic in TOPICS if topic.identifying}
        declared = set(schema().fields) & self.NAMES
        if schema.type == "accounts.team.changed":
            declared -= {"name"}  # the team's own

        assert not declared or schema.topic in identifying


def _the_same_part(written: Any, frozen: Any) -> Any:
    """`written` without the optional fields that were added since `frozen` was kept."""
    if isinstance(frozen, dict) and isinstance(written, dict):
        return {name: _the_same_part(written.get(name), value) for name, value in frozen.items()}
    if isinstance(frozen, list) and isinstance(written, list) and len(frozen) == len(written):
        return [_the_same_part(one, other) for one, other in zip(written, frozen, strict=True)]
    return written
