"""The envelope of every event: CloudEvents 1.0 in its structured JSON form, with correlation and causation ids."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.contracts.schema import EventSchema

MEDIA_TYPE = "application/cloudevents+json"
"""Of a record's value, as its header `content-type` says on Kafka."""

_format = JSONFormat()
_VERSION = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)


class NotAnEvent(ValueError):
    """A record's value is not one of our CloudEvents."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One event as it was read. `data` is plain JSON, not yet decoded by its schema."""

    id: UUID
    type: str
    version: int
    source: str
    key: str
    time: datetime
    correlation_id: UUID
    causation_id: UUID | None
    data: dict[str, Any]


def write(
    schema: type[EventSchema],
    data: Mapping[str, Any],
    *,
    event_id: UUID,
    time: datetime,
    correlation_id: UUID,
    causation_id: UUID | None,
) -> bytes:
    """The record's value. Raises ValidationError or Undeclared when the data is not the schema's."""
    encoded = schema.encode(data)
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event_id),
        "type": schema.type,
        "source": f"/{schema.topic.partition('.')[0]}",
        "subject": str(encoded[schema.key]),
        "time": time,
        "datacontenttype": "application/json",
        "dataschemaversion": str(schema.schema_version),
        "correlationid": str(correlation_id),
    }
    if causation_id is not None:
        attributes["causationid"] = str(causation_id)
    return _format.write(CloudEvent(attributes, encoded))


def read(value: bytes) -> Envelope:
    """The envelope of a record's value. Raises NotAnEvent; the message never holds the value."""
    try:
        event = _format.read(CloudEvent, value)
        attributes = event.get_attributes()
        data = event.get_data()
        causation = attributes.get("causationid")
        if not isinstance(data, dict):
            raise NotAnEvent("the data is not an object")
        version = attributes["dataschemaversion"]
        if not _VERSION.fullmatch(version):
            raise NotAnEvent("the version of its contract is not a number")
        return Envelope(
            id=UUID(attributes["id"]),
            type=attributes["type"],
            version=int(version),
            source=attributes["source"],
            key=attributes["subject"],
            time=attributes["time"],
            correlation_id=UUID(attributes["correlationid"]),
            causation_id=UUID(causation) if causation else None,
            data=data,
        )
    except NotAnEvent:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CloudEventValidationError) as error:
        raise NotAnEvent(f"not one of our CloudEvents ({type(error).__name__})") from None
