"""Reads and writes ordinary data as its schema does, without marshmallow's machinery: ten times as fast.

Whatever is out of the ordinary raises, and marshmallow is asked then: what is refused, or taken all the same, and in
which words, is the schema's word alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, fields, missing

Convert = Callable[[Any], Any]


class Unusual(Exception):
    """Not a plain case: this module has no word on it."""


class NotPlain(TypeError):
    """The schema has something that this module does not know how to do."""


@dataclass(frozen=True)
class Form:
    """From Python values to JSON values, and back. Raises, whatever it may be, on what is not ordinary."""

    write: Convert
    read: Convert


def form_of(schema: Schema) -> Form:
    """Raises NotPlain."""
    hooks = [hook[0] for kind in schema._hooks.values() for hook in kind]
    if schema.unknown != EXCLUDE or schema.many or hooks != ["_refuse_undeclared"]:
        raise NotPlain(type(schema).__name__)
    plan = [(name, field, _form(field)) for name, field in schema.fields.items()]
    return Form(_writer(plan), _reader(plan))


def _writer(plan: list[tuple[str, Any, Form]]) -> Convert:
    names = frozenset(name for name, _, _ in plan)
    steps = [(name, field.required, field.allow_none, form.write) for name, field, form in plan]

    def write(data: Any) -> dict[str, Any]:
        if not names.issuperset(data):
            raise Unusual
        written: dict[str, Any] = {}
        for name, required, none_allowed, convert in steps:
            value = data.get(name, missing)
            if value is missing:
                if required:
                    raise Unusual
            elif value is None:
                if not none_allowed:
                    raise Unusual
                written[name] = None
            else:
                written[name] = convert(value)
        return written

    return write


def _reader(plan: list[tuple[str, Any, Form]]) -> Convert:
    steps = [(name, field.required, field.allow_none, field.load_default, form.read) for name, field, form in plan]

    def read(data: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, required, none_allowed, default, convert in steps:
            value = data.get(name, missing)
            if value is missing:
                if required:
                    raise Unusual
                if default is not missing:
                    found[name] = default() if callable(default) else default
            elif value is None:
                if not none_allowed:
                    raise Unusual
                found[name] = None
            else:
                found[name] = convert(value)
        return found

    return read


def _form(field: fields.Field[Any]) -> Form:
    """Of a value that is there; its validators look at the Python value."""
    made = _KNOWN.get(type(field))
    if made is None or field.data_key or field.attribute or field.dump_default is not missing:
        raise NotPlain(type(field).__name__)
    form = made if isinstance(made, Form) else made(field)
    checks = tuple(field.validators)
    if not checks:
        return form

    def check(value: Any) -> Any:
        for validate in checks:
            validate(value)
        return value

    return Form(lambda value: form.write(check(value)), lambda value: check(form.read(value)))


def _of_type(kind: type) -> Convert:
    """The value as it is. True is no number, and a moment is no day."""

    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise Unusual
        return value

    return same


def _by_type(kind: type, convert: Convert) -> Convert:
    def converted(value: Any) -> Any:
        if type(value) is not kind:
            raise Unusual
        return convert(value)

    return converted


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unusual
    return str(value)


def _number(value: Any) -> float:
    if type(value) not in (float, int) or not math.isfinite(value):
        raise Unusual
    return float(value)


def _aware(timestamp: datetime) -> datetime:
    if timestamp.utcoffset() is None:
        raise Unusual
    return timestamp


def _code(field: Any) -> Form:
    if not field.by_value or type(field.field) is not fields.Raw:
        raise NotPlain("an enumeration that is not written by its value")
    members = {member.value: member for member in field.enum}
    return Form(_by_type(field.enum, lambda member: member.value), members.__getitem__)


def _list(field: Any) -> Form:
    item = _form(field.inner)
    if type(field.inner) is fields.Raw:
        raise NotPlain("a list in which anything may stand, and null may not")

    def write(values: Any) -> list[Any]:
        if type(values) not in (list, tuple):
            raise Unusual
        return [item.write(value) for value in values]

    def read(values: Any) -> list[Any]:
        if type(values) is not list:
            raise Unusual
        return [item.read(value) for value in values]

    return Form(write, read)


def _texts(field: Any) -> Form:
    """Texts by name."""
    of = (field.key_field, field.value_field)
    if any(type(part) is not fields.String or part.validators for part in of):
        raise NotPlain("a dictionary of something else than texts")

    def same(values: Any) -> dict[str, str]:
        if type(values) is not dict or any(type(text) is not str for pair in values.items() for text in pair):
            raise Unusual
        return dict(values)

    return Form(same, same)


def _part(field: Any) -> Form:
    if field.many or field.only is not None or field.exclude or field.unknown is not None:
        raise NotPlain("a part of a part")
    return form_of(field.schema)


_KNOWN: dict[type, Form | Callable[[Any], Form]] = {
    fields.UUID: Form(_by_type(UUID, str), _by_type(str, UUID)),
    fields.String: Form(_text, _of_type(str)),
    fields.Integer: Form(_of_type(int), _of_type(int)),
    fields.Boolean: Form(_of_type(bool), _of_type(bool)),
    fields.Float: Form(_number, _number),
    fields.Date: Form(_by_type(date, date.isoformat), date.fromisoformat),
    fields.AwareDateTime: Form(
        lambda at: datetime.isoformat(_aware(at)), lambda at: _aware(datetime.fromisoformat(at))
    ),
    fields.Raw: Form(lambda value: value, lambda value: value),
    fields.Enum: _code,
    fields.List: _list,
    fields.Dict: _texts,
    fields.Nested: _part,
}
