"""What an administrator may see of a dead letter: ids, times, names and kinds of fields; never a value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema, fields

from services.contracts import envelope
from services.contracts.envelope import NotAnEvent
from services.contracts.registry import EVENTS
from services.platform.i18n import N_


@dataclass(frozen=True, kw_only=True)
class FieldSeen:
    """A field that the contract declares. `kind` is a marked word; `size` is the length of a list or an object."""

    name: str
    kind: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A dead letter without its content.

    `event` is None if the record is not an event of this system; then `fields` is empty.
    """

    id: UUID
    topic: str
    partition: int
    position: int
    dead_lettered_at: datetime
    reason: str
    length: int
    event: "EventSeen | None"


@dataclass(frozen=True, kw_only=True)
class EventSeen:
    """`type` is None unless a contract declares it: an unknown sender may have written anything.

    The same holds for `subject`.
    """

    id: UUID
    type: str | None
    version: int
    time: datetime
    subject: UUID | None
    correlation_id: UUID
    causation_id: UUID | None
    fields: Sequence[FieldSeen]
    undeclared: int
    """Number of fields that no contract declares. Their names are not shown."""


def seen(letter: sa.Row[Any]) -> Seen:
    """Returns what may be shown of the letter in this row."""
    return Seen(
        id=letter.id,
        topic=letter.topic,
        partition=letter.partition,
        position=letter.position,
        dead_lettered_at=letter.dead_lettered_at,
        reason=letter.reason,
        length=len(letter.value),
        event=_event(letter.value),
    )


def _event(value: bytes) -> EventSeen | None:
    try:
        event = envelope.read(value)
    except NotAnEvent:
        return None
    schema = _newest(event.type)
    found = list(_fields(schema, event.data)) if schema else []
    return EventSeen(
        id=event.id,
        type=event.type if schema else None,
        version=event.version,
        time=event.time,
        subject=_uuid(event.key),
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        fields=found,
        undeclared=_undeclared(schema, event.data),
    )


def _newest(event_type: str) -> Schema | None:
    versions = [version for known, version in EVENTS if known == event_type]
    return EVENTS[event_type, max(versions)]() if versions else None


def _fields(schema: Schema, data: Mapping[str, Any], under: str = "") -> Iterator[FieldSeen]:
    """Returns the declared fields in the contract's order, those of a part under its name."""
    for name, field in schema.fields.items():
        if name not in data:
            continue
        value = data[name]
        yield _field(under + name, value)
        if isinstance(field, fields.Nested) and isinstance(value, dict):
            yield from _fields(field.schema, value, f"{under}{name}.")


def _field(name: str, value: Any) -> FieldSeen:
    if value is None:
        return FieldSeen(name=name, kind=N_("nothing"))
    if isinstance(value, bool):
        return FieldSeen(name=name, kind=N_("yes or no"))
    if isinstance(value, int | float):
        return FieldSeen(name=name, kind=N_("number"))
    if isinstance(value, str):
        return FieldSeen(name=name, kind=N_("text"))
    kind = N_("list") if isinstance(value, list) else N_("object")
    return FieldSeen(name=name, kind=kind, size=len(value))


def _undeclared(schema: Schema | None, data: Mapping[str, Any]) -> int:
    if schema is None:
        return len(data)
    parts = [
        _undeclared(field.schema, data[name])
        for name, field in schema.fields.items()
        if isinstance(field, fields.Nested) and isinstance(data.get(name), dict)
    ]
    return len(set(data) - set(schema.fields)) + sum(parts)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
