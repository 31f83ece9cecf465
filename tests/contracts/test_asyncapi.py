"""docs/asyncapi.yaml says what the code says, in the words of AsyncAPI, and no published promise is taken back."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # its stubs are not installed
from marshmallow import ValidationError as Refused

from services.contracts import envelope
from services.contracts.schema import EventSchema
from tests.contracts import asyncapi, promises
from tests.contracts.frozen import name_of, payload, schemas

OFFICIAL = Path(__file__).parents[2] / ".venv/frontend/node_modules/@asyncapi/specs/schemas/3.0.0.json"
every_event = pytest.mark.parametrize("schema", schemas(), ids=name_of)

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return asyncapi.document()


class TestTheDocument:
    def test_is_what_the_code_says(self, document: Document) -> None:
        assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.written(document), (
            "run `.venv/bin/python -m tests.contracts.asyncapi`"
        )

    def test_is_an_asyncapi_document(self, document: Document) -> None:
        official = Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))

        assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(document)] == []

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda document: document.update(asyncapi="2.6.0"),
            lambda document: document["operations"]["intake.tells.intake.referrals"].update(action="publish"),
            lambda document: document["channels"]["intake.referrals"].update(topic="x"),
            lambda document: document["channels"]["intake.referrals"]["bindings"]["kafka"].update(partitions="many"),
            lambda document: document["components"]["messages"]["intake.match.changed.v1"].update(payload=1),
        ],
    )
    def test_would_be_refused_if_it_were_none(self, document: Document, wrong: Callable[[Document], None]) -> None:
        wrong(changed := copy.deepcopy(document))

        assert not Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8"))).is_valid(changed)

    def test_names_nothing_that_it_does_not_hold(self, document: Document) -> None:
        assert [
            reference for reference in set(_references(document)) if promises.found(reference, document) is None
        ] == []

    def test_says_of_each_service_what_it_tells_and_what_it_reads(self, document: Document) -> None:
        said = {(name.split(".")[0], operation["action"]) for name, operation in document["operations"].items()}

        assert said == {
            ("accounts", "send"),
            *((service, action) for service in ("intake", "scoring", "casework") for action in ("send", "receive")),
            *(("oversight", action) for action in ("send", "receive")),
        }


class TestTheFormOfAnEvent:
    @every_event
    def test_is_that_of_what_is_written(self, document: Document, schema: type[EventSchema]) -> None:
        value = json.loads(_value(schema))

        _validator(document, schema).validate(value)

        assert value.keys() <= document["components"]["schemas"]["Envelope"]["properties"].keys()

    @every_event
    def test_is_no_other_events(self, document: Document, schema: type[EventSchema]) -> None:
        value = json.loads(_value(schema))

        assert [
            name_of(other) for other in schemas() if other is not schema and _validator(document, other).is_valid(value)
        ] == []

    @every_event
    def test_wants_and_refuses_what_the_schema_does(self, document: Document, schema: type[EventSchema]) -> None:
        whole, validator = json.loads(_value(schema)), _validator(document, schema)

        for name in schema().fields:
            without = {other: value for other, value in whole["data"].items() if other != name}
            for data in (without, without | {name: None}, without | {name: {"x": [1]}}):
                assert validator.is_valid(whole | {"data": data}) == _is_read(schema, data), (name, data.get(name))


class TestAPublishedPromise:
    EVENT = "casework.review.decided.v1"

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            (lambda event: event["properties"]["level"]["enum"].pop(), "level/enum"),
            (lambda event: event["properties"]["level"]["enum"].append("later"), "level/enum"),
            (lambda event: event["properties"].pop("at"), "properties/at"),
            (lambda event: event["required"].remove("at"), "required"),
            (lambda event: event["properties"]["version"].update(minimum=2), "version/minimum"),
            (lambda event: event["properties"]["band"]["enum"].remove(None), "band/enum"),
            (
                lambda event: event["properties"].update(why={"type": "string"}) or event["required"].append("why"),
                "why",
            ),
        ],
    )
    def test_is_not_kept_when_a_version_says_other_than_before(
        self, document: Document, change: Callable[[Any], None], place: str
    ) -> None:
        change((now := copy.deepcopy(document))["components"]["schemas"][self.EVENT])

        (sentence,) = promises.broken(document, now)

        assert sentence.startswith(self.EVENT)
        assert place in sentence

    def test_is_not_kept_when_a_shared_part_says_other_than_before(self, document: Document) -> None:
        now = copy.deepcopy(document)
        now["components"]["schemas"]["Facts"]["properties"]["injury"]["enum"].remove("minor")

        broken = promises.broken(document, now)

        assert [sentence.split(" ")[0] for sentence in broken] == [
            "intake.referral.amended.v1",
            "intake.referral.received.v1",
        ]

    def test_is_not_kept_by_another_topic_or_another_key(self, document: Document) -> None:
        moved, keyed = copy.deepcopy(document), copy.deepcopy(document)
        channels = moved["channels"]
        messages = channels["casework.reviews"]["messages"]
        channels["casework.cases"]["messages"][self.EVENT] = messages.pop(self.EVENT)
        keyed["components"]["messages"][self.EVENT]["bindings"]["kafka"]["key"] = {"type": "integer"}

        assert [len(promises.broken(document, now)) for now in (moved, keyed)] == [1, 1]

    def test_is_not_kept_when_a_version_is_gone(self, document: Document) -> None:
        del (now := copy.deepcopy(document))["channels"]["casework.reviews"]["messages"][self.EVENT]

        assert promises.broken(document, now) == [f"{self.EVENT} is gone."]

    def test_is_kept_when_an_optional_field_or_a_version_is_added_or_said_in_other_words(
        self, document: Document
    ) -> None:
        now = copy.deepcopy(document)
        parts, messages = now["components"]["schemas"], now["components"]["messages"]
        parts[self.EVENT]["properties"]["why"] = {"type": ["string", "null"], "default": None}
        parts["Facts"]["properties"]["more"] = {"type": "boolean"}
        messages[self.EVENT]["summary"] = "In other words."
        later = self.EVENT.replace("v1", "v2")
        messages[later] = copy.deepcopy(messages[self.EVENT])
        now["channels"]["casework.reviews"]["messages"][later] = {"$ref": f"#/components/messages/{later}"}

        assert promises.broken(document, now) == []

    def test_keeps_the_document_from_being_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        promised = asyncapi.document()
        promised["components"]["schemas"][self.EVENT]["properties"]["once_told"] = {"type": "string"}
        (file := tmp_path / "asyncapi.yaml").write_text(before := yaml.safe_dump(promised), encoding="utf-8")
        monkeypatch.setattr(asyncapi, "FILE", file)

        with pytest.raises(SystemExit, match="once_told"):
            asyncapi.main()

        assert file.read_text(encoding="utf-8") == before


def _value(schema: type[EventSchema]) -> bytes:
    """A record's value with the frozen payload."""
    return envelope.write(
        schema,
        schema.decode(payload(schema)),
        event_id=uuid4(),
        time=datetime(2026, 11, 22, tzinfo=UTC),
        correlation_id=uuid4(),
        causation_id=uuid4(),
    )


def _validator(document: Document, schema: type[EventSchema]) -> Draft7Validator:
    message = document["components"]["messages"][name_of(schema)]
    return Draft7Validator({"allOf": [message["payload"]], "components": document["components"]})


def _is_read(schema: type[EventSchema], data: dict[str, Any]) -> bool:
    try:
        schema.decode(data)
    except Refused:
        return False
    return True


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
