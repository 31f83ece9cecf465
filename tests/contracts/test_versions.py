"""An event that changes: what is new reads what is old, and what is old loses nothing of what is new."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from marshmallow import ValidationError

from services.contracts import envelope
from services.contracts.schema import EventSchema, Undeclared, UnknownVersion
from services.platform.messaging import dead_letters
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.dead_letters import RedriveReason
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.log import Record
from services.platform.service import Service
from tests.contracts.frozen import name_of, payload, schemas
from tests.contracts.greetings import GreetingV1, GreetingV2, GreetingV3, Tone
from tests.platform_service import WriteNote, a_clock, a_service, count, texts

GREETING = UUID(int=7)
COMMON = {"greeting_id": GREETING, "version": 1}
SAID: dict[type[EventSchema], dict[str, Any]] = {
    GreetingV1: {**COMMON, "first_name": "Amara", "last_name": "Osei"},
    GreetingV2: {**COMMON, "name": "Amara Osei"},
    GreetingV3: {**COMMON, "name": "Amara Osei", "tone": Tone.WARM},
}


def is_read_by_its_newest_version(schema: type[EventSchema], newest: type[EventSchema], data: dict[str, Any]) -> None:
    """Raises when the newest version makes of this data something that it could not have written itself."""
    newest.encode(newest.read(schema.schema_version, data))


class TestEachVersion:
    def test_is_read_as_the_newest_says_it(self) -> None:
        read = {schema: GreetingV3.read(schema.schema_version, schema.encode(data)) for schema, data in SAID.items()}

        assert read == {
            GreetingV1: {**COMMON, "name": "Amara Osei", "tone": Tone.PLAIN},
            GreetingV2: {**COMMON, "name": "Amara Osei", "tone": Tone.PLAIN},
            GreetingV3: {**COMMON, "name": "Amara Osei", "tone": Tone.WARM},
        }

    def test_is_refused_by_its_own_schema_and_not_by_the_newest(self) -> None:
        """Otherwise a field that the newest does not know would be let through as anything."""
        with pytest.raises(ValidationError, match="last_name"):
            GreetingV3.read(1, {**COMMON, "greeting_id": str(GREETING), "first_name": "Amara", "last_name": 3})

    def test_later_than_the_newest_is_not_guessed_at(self) -> None:
        with pytest.raises(UnknownVersion):
            GreetingV2.read(3, GreetingV3.encode(SAID[GreetingV3]))

    def test_earlier_than_the_first_is_not_guessed_at(self) -> None:
        with pytest.raises(UnknownVersion):
            GreetingV1.read(0, GreetingV1.encode(SAID[GreetingV1]))


class TestThePublishedLanguage:
    @pytest.mark.parametrize("schema", schemas(), ids=name_of)
    def test_reads_every_version_ever_written_as_the_newest(self, schema: type[EventSchema]) -> None:
        newest = max((other for other in schemas() if other.type == schema.type), key=lambda one: one.schema_version)

        is_read_by_its_newest_version(schema, newest, payload(schema))

    def test_would_not_pass_with_an_upcast_that_forgets_or_adds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = GreetingV1.encode(SAID[GreetingV1])
        is_read_by_its_newest_version(GreetingV1, GreetingV3, first)
        upcast = GreetingV3.upcast

        monkeypatch.setattr(GreetingV3, "upcast", lambda data: data)
        with pytest.raises(ValidationError):
            is_read_by_its_newest_version(GreetingV1, GreetingV3, first)
        monkeypatch.setattr(GreetingV3, "upcast", lambda data: {**upcast(data), "first_name": "Amara"})
        with pytest.raises(Undeclared):
            is_read_by_its_newest_version(GreetingV1, GreetingV3, first)

    @pytest.mark.parametrize("schema", [*schemas(), GreetingV2, GreetingV3], ids=name_of)
    def test_counts_its_versions_one_after_the_other(self, schema: type[EventSchema]) -> None:
        before = schema.before
        if before is None:
            assert schema.schema_version == 1
        else:
            assert schema.schema_version == before.schema_version + 1
            assert (schema.type, schema.topic, schema.key) == (before.type, before.topic, before.key)
            assert "upcast" in vars(schema)


class TestServicesOfDifferentAges:
    """While a new version is rolled out both run: readers come first, and when they do not, nothing is lost."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> EmbeddedLog:
        return EmbeddedLog(tmp_path / "bus.sqlite")

    @pytest.fixture
    def service(self, database_url: str) -> Service:
        return a_service(database_url)

    def test_the_new_one_handles_what_an_old_one_wrote(self, service: Service, log: EmbeddedLog) -> None:
        for schema in SAID:
            log.append([record(schema)])

        Consumer(knowing(service, GreetingV3), log).run_once()

        assert texts(service) == ["Amara Osei, plain", "Amara Osei, plain", "Amara Osei, warm"]

    def test_the_old_one_ignores_a_field_that_it_does_not_know(self, service: Service, log: EmbeddedLog) -> None:
        log.append([record(GreetingV3, language="cy", places=[{"area": "northside"}])])

        Consumer(knowing(service, GreetingV3), log).run_once()

        assert texts(service) == ["Amara Osei, warm"]

    def test_the_old_one_puts_a_new_version_aside_until_it_is_new_itself(
        self, service: Service, log: EmbeddedLog
    ) -> None:
        old, new = knowing(service, GreetingV2), knowing(service, GreetingV3)
        log.append([record(GreetingV3), record(GreetingV2)])
        Consumer(old, log).run_once()
        (letter,) = dead_letters.waiting(old)
        assert texts(service) == ["Amara Osei, unsaid"]
        assert reasons(old) == ["accounts.greeting.sent has no version 3 here"]

        redrive(new, letter)

        assert texts(service) == ["Amara Osei, unsaid", "Amara Osei, warm"]
        assert count(new, new.tables.dead_letters) == 0


def knowing(service: Service, schema: type[EventSchema]) -> Service:
    """The service as it was built when this version was the newest."""

    def command(event: dict[str, Any]) -> WriteNote:
        return WriteNote(text=f"{event['name']}, {event.get('tone', 'unsaid')}", staff_id=event["greeting_id"])

    return replace(service, subscriptions={schema: command})


def record(schema: type[EventSchema], **more: Any) -> Record:
    """The greeting as this version's writer wrote it, or one who says more."""
    value = envelope.write(
        schema, SAID[schema], event_id=uuid4(), time=a_clock(), correlation_id=uuid4(), causation_id=None
    )
    event = json.loads(value)
    event["data"] |= more
    return Record(topic=schema.topic, key=str(GREETING), value=json.dumps(event).encode())


def redrive(service: Service, letter: UUID) -> None:
    with service.dispatcher.transaction(actor=None) as transaction:
        dead_letters.redrive(
            letter,
            RedriveReason.FAULT_MENDED,
            transaction=transaction,
            dispatcher=service.dispatcher,
            subscriptions=service.subscriptions,
        )


def reasons(service: Service) -> list[str]:
    letters = service.tables.dead_letters.c
    with service.database.read() as connection:
        return list(connection.execute(sa.select(letters.reason)).scalars())
