"""The published language as an AsyncAPI 3.0 document, made from the declared topics and schemas.

`python -m tests.contracts.asyncapi` writes it to `docs/asyncapi.yaml`, unless a published version would promise less.
"""

import json
import sys
from datetime import timedelta
from inspect import getdoc
from pathlib import Path
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from services.contracts.envelope import MEDIA_TYPE
from services.contracts.schema import EventSchema
from services.contracts.topics import REPLICAS, RETENTION, TOPICS, Topic
from tests.contracts import promises
from tests.contracts.frozen import name_of, schemas

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"

_HEAD = (
    "# Written by `python -m tests.contracts.asyncapi` from services/contracts: change it there, and write it again.\n"
)
_KAFKA = "0.5.0"
"""The version of AsyncAPI's words for Kafka."""

_DESCRIPTION = """\
What the services of Waymark tell each other, and the only thing they know of each other.

A record's value is a CloudEvent 1.0 in its structured JSON form, its key the event's `subject`, its partition the
murmur2 of the key (librdkafka's default is another: set `partitioner=murmur2_random`). Records come at least once, and in
order only within one topic and key: the event's `id` tells a repetition, the `version` in its data which of two is newer.
A reader ignores types and fields that it does not know. A version of an event only ever gains optional fields; any other
change, a new code in a closed list among them, is a new version, which readers understand before anybody writes it.
"""

_ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "What every event says of itself: CloudEvents 1.0, and three attributes of our own.",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The same in every repetition."},
        "type": {"type": "string"},
        "source": {"type": "string", "description": "The service that tells it."},
        "subject": {"type": "string", "description": "The record's key."},
        "time": {"type": "string", "format": "date-time", "description": "When it was committed."},
        "datacontenttype": {"const": "application/json"},
        "dataschemaversion": {"type": "string", "description": "Which version of its type the data is written in."},
        "correlationid": {"type": "string", "format": "uuid", "description": "The request that began it all."},
        "causationid": {"type": "string", "format": "uuid", "description": "The event that it answers, if it does."},
        "data": {"type": "object"},
    },
    "required": [
        "specversion", "id", "type", "source", "subject", "time",
        "datacontenttype", "dataschemaversion", "correlationid", "data",
    ],
}  # fmt: skip


def document() -> dict[str, Any]:
    """Every topic, who sends to it and who reads it, and every version of every event, as plain JSON values."""
    described = _described()
    whole = {
        "asyncapi": "3.0.0",
        "info": {"title": "Events of Waymark", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": MEDIA_TYPE,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(service, topic) for topic in TOPICS for service in _services(topic)),
        "components": {
            "messages": {name_of(schema): _message(schema, described) for schema in schemas()},
            "schemas": {"Envelope": _ENVELOPE} | dict(sorted(described.items())),
        },
    }
    plain: dict[str, Any] = json.loads(json.dumps(whole))
    return plain


def written(whole: dict[str, Any]) -> str:
    """The file's text."""
    return _HEAD + yaml.dump(
        whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )


class _Dumper(yaml.SafeDumper):
    """Text of several lines stays text of several lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _described() -> dict[str, Any]:
    """By name, the JSON schema of each event's data and of the parts that they share."""
    plugin = MarshmallowPlugin(schema_name_resolver=_part_name)
    spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    for schema in schemas():
        spec.components.schema(name_of(schema), schema=schema)
    found: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return found


def _part_name(part: Any) -> str:
    return (part if isinstance(part, type) else type(part)).__name__


def _channel(topic: Topic) -> dict[str, Any]:
    kept = {"cleanup.policy": ["delete"], "retention.ms": RETENTION // timedelta(milliseconds=1)}
    who = "Nobody else is let in: it says who a young person is." if topic.identifying else "No young person is named."
    return {
        "address": topic.name,
        "description": f"{topic.owner} tells, {_and(sorted(topic.readers))} read. {who}",
        "messages": {
            name_of(schema): _ref("messages", name_of(schema)) for schema in schemas() if schema.topic == topic.name
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "replicas": REPLICAS,
                "topicConfiguration": kept,
                "bindingVersion": _KAFKA,
            }
        },
    }


def _services(topic: Topic) -> list[str]:
    return [topic.owner, *sorted(topic.readers)]


def _operation(service: str, topic: Topic) -> tuple[str, dict[str, Any]]:
    tells = service == topic.owner
    return f"{service}.{'tells' if tells else 'reads'}.{topic.name}", {
        "action": "send" if tells else "receive",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": service}],
        "bindings": {"kafka": {"bindingVersion": _KAFKA}}
        if tells
        else {"kafka": {"groupId": {"const": service}, "bindingVersion": _KAFKA}},
    }


def _message(schema: type[EventSchema], described: dict[str, Any]) -> dict[str, Any]:
    data = described[name_of(schema)]
    said = {
        "type": {"const": schema.type},
        "source": {"const": f"/{schema.topic.partition('.')[0]}"},
        "dataschemaversion": {"const": str(schema.schema_version)},
        "data": _ref("schemas", name_of(schema)),
    }
    return {
        "name": name_of(schema),
        "title": f"{schema.type}, version {schema.schema_version}",
        "summary": _summary(schema),
        "contentType": MEDIA_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "headers": {"type": "object", "properties": {"content-type": {"const": MEDIA_TYPE}}},
        "payload": {"allOf": [_ref("schemas", "Envelope"), {"type": "object", "properties": said}]},
        "bindings": {"kafka": {"key": dict(data["properties"][schema.key]), "bindingVersion": _KAFKA}},
    }


def _summary(schema: type[EventSchema]) -> str:
    said = getdoc(schema)
    return " ".join(said.split()) if said and said != getdoc(EventSchema) else f"{schema.type.rpartition('.')[2]}."


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _and(names: list[str]) -> str:
    *maximum, last = names
    return f"{', '.join(maximum)} and {last}" if maximum else last


def main() -> None:
    now = document()
    if FILE.exists() and (broken := promises.broken(yaml.safe_load(FILE.read_text(encoding="utf-8")), now)):
        sys.exit("\n".join(["A published version would promise less: make a new version of it.", *broken]))
    FILE.write_text(written(now), encoding="utf-8")


if __name__ == "__main__":
    main()
