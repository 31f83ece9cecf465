"""The form of every published event: strict when written, tolerant when read."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from marshmallow import EXCLUDE, RAISE, Schema, fields, pre_dump

from services.contracts.ordinary import Form, form_of


class Undeclared(ValueError):
    """An event was written with a field that its schema does not declare."""


class UnknownVersion(ValueError):
    """An event was written in a version that this code does not know."""


class Part(Schema):
    """A part of an event. Written fields must be declared; unknown fields are ignored when read."""

    class Meta:
        unknown = EXCLUDE

    @pre_dump
    def _refuse_undeclared(self, data: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        undeclared = set(data) - set(self.fields)
        if undeclared:
            raise Undeclared(f"{type(self).__name__} does not declare {sorted(undeclared)}")
        return data


_Schema = type["EventSchema"]
"""Within the class, `type` is the event's."""


class EventSchema(Part):
    """One version of one event. Subclasses are the published language; their fields are frozen once released.

    Adding an optional field keeps the version. Anything else is a new class with the next version, which names the one
    before it and says in `upcast` how to read that. Handlers know the newest version only (docs/adr/0012).
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    before: ClassVar[_Schema | None] = None
    topic: ClassVar[str]
    key: ClassVar[str]
    """The field whose value is the record's key: order holds within it."""
    counted_by: ClassVar[str | None] = None
    """The field, a code or a version, by which counts of these events are grouped."""

    @classmethod
    def encode(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The event's data as plain JSON values.

        Raises Undeclared on a field that the schema does not have, ValidationError on an ill-formed one.
        """
        schema, form = _made(cls)
        try:
            dumped: dict[str, Any] = form.write(data)
        except Exception:
            dumped = schema.dump(data)
            schema.load(dumped, unknown=RAISE)
        return dumped

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The event's data as Python values; fields of a later writer are ignored. Raises ValidationError."""
        schema, form = _made(cls)
        try:
            loaded: dict[str, Any] = form.read(data)
        except Exception:
            loaded = schema.load(data)
        return loaded

    @classmethod
    def upcast(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Converts the previous version's data to this version, both in Python values. A first version has none."""
        raise NotImplementedError

    @classmethod
    def read(cls, version: int, data: Mapping[str, Any]) -> dict[str, Any]:
        """Data that was written in some version, as this version's Python values.

        Raises ValidationError; UnknownVersion on a version later than this one.
        """
        if version == cls.schema_version:
            return cls.decode(data)
        if cls.before is None or version > cls.schema_version:
            raise UnknownVersion
        return cls.upcast(cls.before.read(version, data))


@cache
def _made(schema: type[EventSchema]) -> tuple[EventSchema, Form]:
    """One schema object per class, and the short way for what is ordinary: what that raises, the schema words."""
    made = schema()
    return made, form_of(made)


def code(codes: type[StrEnum], **options: Any) -> fields.Field[Any]:
    """A field that holds one code of a closed list, by value."""
    return fields.Enum(codes, by_value=True, **options)


def code_list(codes: type[StrEnum], **options: Any) -> fields.Field[Any]:
    """A field that holds any number of codes of a closed list."""
    return fields.List(fields.Enum(codes, by_value=True), **options)


def timestamp(**options: Any) -> fields.Field[Any]:
    """A field that holds an aware time, written in ISO 8601."""
    return fields.AwareDateTime(format="iso", **options)
