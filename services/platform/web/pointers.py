"""Pointers of an error name what a schema declares, and never a key that the caller made up."""

from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import Schema, fields

from services.platform.errors import FieldError
from services.platform.i18n import N_

UNKNOWN = N_("A field that was sent here is not known")
"""The message at the parent of such a key."""


def declared(schema: Schema, errors: Iterable[FieldError]) -> Sequence[FieldError]:
    """Moves each error to the nearest declared field, and removes duplicates."""
    unknown = schema.error_messages.get("unknown")
    found: dict[FieldError, None] = {}
    for error in errors:
        detail = UNKNOWN if error.detail == unknown else error.detail
        found[FieldError(_known_part(schema, error.pointer), detail)] = None
    return list(found)


def _known_part(schema: Schema, pointer: str) -> str:
    known = ""
    at: Schema | fields.Field[Any] | None = schema
    many = schema.many
    for step in pointer.split("/")[1:]:
        if many or isinstance(at, fields.List):
            if not (step.isascii() and step.isdigit()):
                break
            at, many = _opened(at.inner) if isinstance(at, fields.List) else (at, False)
        elif isinstance(at, Schema) and step in at.load_fields:
            at, many = _opened(at.load_fields[step])
        elif isinstance(at, Schema) and step in getattr(at, "read_only", ()):
            at = None
        else:
            break
        known = f"{known}/{step}"
    return known


def _opened(field: fields.Field[Any]) -> tuple[Schema | fields.Field[Any], bool]:
    """Returns the content of a field: the schema of a part, and whether it is a list."""
    if isinstance(field, fields.Nested):
        return field.schema, field.many or field.schema.many
    return field, False
