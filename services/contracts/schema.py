"""The form of every published event: strict when written, tolerant when read."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import EXCLUDE, RAISE, Schema, fields, pre_dump


class Undeclared(ValueError):
    """An event was written with a field that its schema does not declare."""


class Part(Schema):
    """A part of an event. What is written must be declared; what is read may hold more than we know."""

    class Meta:
        unknown = EXCLUDE

    @pre_dump
    def _refuse_undeclared(self, data: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        undeclared = set(data) - set(self.fields)
        if undeclared:
            raise Undeclared(f"{type(self).__name__} does not declare {sorted(undeclared)}")
        return data


class EventSchema(Part):
    """One version of one event. Subclasses are the published language; their fields are frozen once released.

    Adding an optional field keeps the version. Anything else is a new class with a higher version and an upcaster.
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    topic: ClassVar[str]
    key: ClassVar[str]
    """The field whose value is the record's key: order holds within it."""
    counted_by: ClassVar[str | None] = None
    """The field, a code or a version, by which counts of these events are told apart."""

    @classmethod
    def encode(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The event's data as plain JSON values.

        Raises Undeclared on a field that the schema does not have, ValidationError on an ill-formed one.
        """
        schema = _instance(cls)
        dumped: dict[str, Any] = schema.dump(data)
        schema.load(dumped, unknown=RAISE)
        return dumped

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The event's data as Python values; fields of a later writer are ignored. Raises ValidationError."""
        loaded: dict[str, Any] = _instance(cls).load(data)
        return loaded


_instances: dict[type[EventSchema], EventSchema] = {}


def _instance(schema: type[EventSchema]) -> EventSchema:
    """One schema object per class: building one costs four times a load."""
    return _instances.get(schema) or _instances.setdefault(schema, schema())


def code(codes: type[StrEnum], **options: Any) -> fields.Field[Any]:
    """A field that holds one code of a closed list, by value."""
    return fields.Enum(codes, by_value=True, **options)


def code_list(codes: type[StrEnum], **options: Any) -> fields.Field[Any]:
    """A field that holds any number of codes of a closed list."""
    return fields.List(fields.Enum(codes, by_value=True), **options)


def moment(**options: Any) -> fields.Field[Any]:
    """A field that holds an aware time, written in ISO 8601."""
    return fields.AwareDateTime(format="iso", **options)
