"""An event that has changed twice, for tests alone: the published language has none yet that has changed so often."""

from enum import StrEnum
from typing import Any

from marshmallow import fields

from services.contracts import topics
from services.contracts.schema import EventSchema, code


class Tone(StrEnum):
    PLAIN = "plain"
    WARM = "warm"


class GreetingV1(EventSchema):
    type = "accounts.greeting.sent"
    topic = topics.STAFF.name
    key = "greeting_id"

    greeting_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)


class GreetingV2(EventSchema):
    """One name, as people write it."""

    type = GreetingV1.type
    schema_version = 2
    before = GreetingV1
    topic = GreetingV1.topic
    key = GreetingV1.key

    greeting_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)

    @classmethod
    def upcast(cls, data: dict[str, Any]) -> dict[str, Any]:
        first, last = data.pop("first_name"), data.pop("last_name")
        return {**data, "name": f"{first} {last}"}


class GreetingV3(EventSchema):
    """Every greeting has a tone; those from before were plain."""

    type = GreetingV1.type
    schema_version = 3
    before = GreetingV2
    topic = GreetingV1.topic
    key = GreetingV1.key

    greeting_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    tone = code(Tone, required=True)

    @classmethod
    def upcast(cls, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "tone": Tone.PLAIN}
