"""A form of a page, validated by the same schema as the API's body.

A field's name on the page is its path in the schema with dots: `person.name`, `bases.0.basis`. A date is three inputs,
`person.date_of_birth-day`, `-month` and `-year`; a timestamp also has `-time`, and `-clocks` for the hour that occurs
twice. Checkboxes repeat their name. Fields that the schema does not have are ignored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, Self

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from services.platform.datetimes import DATE_PARTS, TypedDate, TypedTimestamp, inputs
from services.platform.errors import ApplicationError, FieldError
from services.platform.identifiers import plain_characters
from services.platform.web.problems import field_errors, field_sentence

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_BOOLEANS = {"yes": True, "no": False, "true": True, "false": False}
_MAX_ROWS = 50


class Form:
    """The typed values, their errors and, if there are none, the schema's values."""

    labels: ClassVar[Mapping[str, str]] = {}
    """The page's labels of its fields, for error messages. Fields without one are called by their names."""

    def __init__(self, schema: Schema, values: Mapping[str, Any] | None = None) -> None:
        """A form that was not sent yet, filled with `values` (as the schema's `load` returns them)."""
        self.schema = schema
        self.typed: MultiDict[str, str] = MultiDict(_spread(values or {}, ""))
        self.data: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._errors: list[FieldError] = []
        self.read()

    @classmethod
    def received(cls, schema: Schema, submitted: "MultiDict[str, str]") -> Self:
        """Returns the submitted form, validated."""
        form = cls(schema)
        form.typed = submitted
        plain = form.read()
        try:
            form.data = schema.load(plain)
        except ValidationError as error:
            form._errors = field_errors(error.messages)
        return form

    def read(self) -> dict[str, Any]:
        """Returns what was typed as plain JSON values in the schema's structure, not yet validated."""
        self._names = {}
        return self._object(self.schema, "", "")

    def restore(self, typed: "MultiDict[str, str]") -> None:
        """Shows unsent text from before, not yet validated."""
        self.typed = typed
        self.read()

    @property
    def is_valid(self) -> bool:
        return not self._errors

    @property
    def has_errors(self) -> bool:
        return bool(self._errors)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        return 422 if self._errors else 200

    def reject(self, error: ApplicationError) -> None:
        """Shows a rule's refusal on the form: at its fields, or at the top if it names none."""
        self._errors.extend(error.errors or [FieldError("", error.detail or error.title)])

    def error(self, name: str) -> str | None:
        """Returns the error message of a field, or None."""
        for fault in self._errors:
            if self._name(fault.pointer) == name:
                return self._sentence(fault)
        return None

    @property
    def summary(self) -> list[dict[str, str]]:
        """Returns all errors in the page's order, each linked to an input that takes the focus. One per field."""
        order = {name: index for index, name in enumerate(self._names.values())}
        found: dict[str, dict[str, str]] = {}
        for fault in sorted(self._errors, key=lambda fault: order.get(self._name(fault.pointer), len(order))):
            name = self._name(fault.pointer)
            item = {"text": self._sentence(fault)}
            if name:
                item["href"] = f"#{self.focus_id(name)}"
            found.setdefault(name or fault.detail, item)
        return list(found.values())

    def value(self, name: str) -> str:
        """Returns what was typed in a field, or "" (for a date: `value("born-day")`)."""
        return self.typed.get(name, "")

    def chosen(self, name: str, code: str) -> bool:
        """Returns whether a radio or checkbox with this value was selected."""
        return code in self.typed.getlist(name)

    def message(self, name: str) -> dict[str, str] | None:
        """Returns the error in the format of GOV.UK's macros."""
        text = self.error(name)
        return None if text is None else {"text": text, "visuallyHiddenText": _("Error")}

    def choices(self, name: str, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Returns radio or checkbox items in GOV.UK's format, with the selected ones marked."""
        return [dict(item) if "divider" in item else self._choice(name, item) for item in items]

    def _choice(self, name: str, item: Mapping[str, Any]) -> dict[str, Any]:
        choice = {"value": str(item["value"]), "text": item["text"], "checked": self.chosen(name, str(item["value"]))}
        if item.get("hint"):
            choice["hint"] = {"text": item["hint"]}
        if item.get("conditional"):
            choice["conditional"] = {"html": item["conditional"]}
        return choice

    @staticmethod
    def id(name: str) -> str:
        return name.replace(".", "-").replace("_", "-")

    def focus_id(self, name: str) -> str:
        """Returns the id of the input that an error links to: of radios and checkboxes, the first one."""
        at = next((pointer for pointer, known in self._names.items() if known == name), None)
        if at is None or not isinstance(self._field(at), fields.Date | fields.DateTime):
            return self.id(name)
        return f"{self.id(name)}-{'clocks' if self.is_repeated(name) else 'day'}"

    def _sentence(self, fault: FieldError) -> str:
        label = self.labels.get(self._name(fault.pointer))
        return field_sentence(fault, None if label is None else str(_(label)))

    def _name(self, pointer: str) -> str:
        """Returns the page's name of the nearest field at or above a pointer; "" if there is none."""
        while pointer and pointer not in self._names:
            pointer = pointer.rpartition("/")[0]
        return self._names.get(pointer, "")

    def _field(self, pointer: str) -> fields.Field[Any] | None:
        schema: Schema = self.schema
        field: fields.Field[Any] | None = None
        for step in pointer.strip("/").split("/"):
            field = field.inner if step.isdigit() and isinstance(field, fields.List) else schema.fields.get(step)
            if isinstance(field, fields.Nested):
                schema = field.schema
        return field

    def _object(self, schema: Schema, prefix: str, pointer: str) -> dict[str, Any]:
        plain = {}
        for key, field in schema.load_fields.items():
            value = self._value(field, f"{prefix}{key}", f"{pointer}/{key}")
            if value is not None:
                plain[key] = value
        return plain

    def _value(self, field: fields.Field[Any], name: str, pointer: str) -> Any:
        if isinstance(field, fields.Nested):
            inner = self._object(field.schema, f"{name}.", pointer)
            return inner if inner or field.required else None
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            return list(self._rows(field.inner.schema, name, pointer))
        self._names[pointer] = name
        if isinstance(field, fields.List):
            return [_plain(field.inner, text) for text in self.typed.getlist(name) if text.strip()]
        if isinstance(field, fields.Date | fields.DateTime) and f"{name}-day" in self.typed:
            return self._date(name) if isinstance(field, fields.Date) else self._timestamp(name)
        text = self.typed.get(name, "")
        return _plain(field, text) if text.strip() else None

    def _rows(self, schema: Schema, name: str, pointer: str) -> Iterator[dict[str, Any]]:
        """Returns rows by their numbers on the page; empty rows are skipped, so an index may differ from its number."""
        row = re.compile(re.escape(name) + r"\.([0-9]{1,2})\.", re.ASCII)
        numbers = sorted({int(found[1]) for typed in self.typed if (found := row.match(typed))})
        index = 0
        for number in numbers[:_MAX_ROWS]:
            inner = self._object(schema, f"{name}.{number}.", f"{pointer}/{index}")
            if any(value not in (None, [], {}) for value in inner.values()):
                index += 1
                yield inner

    def is_repeated(self, name: str) -> bool:
        """Returns whether the typed time occurs twice that day, so that the page must ask which one is meant."""
        typed = self._timestamp(name)
        return typed is not None and typed.is_repeated

    def _timestamp(self, name: str) -> TypedTimestamp | None:
        day, clock = self._date(name), self.typed.get(f"{name}-time", "").strip()
        if day is None and not clock:
            return None
        return TypedTimestamp(day or TypedDate("", "", ""), clock, self.typed.get(f"{name}-clocks", ""))

    def _date(self, name: str) -> TypedDate | None:
        typed = TypedDate(*(self.typed.get(f"{name}-{part}", "").strip() for part in DATE_PARTS))
        return typed if any(typed) else None


def _plain(field: fields.Field[Any], text: str) -> Any:
    """Returns the text as the JSON value that the field takes; unchanged if it is invalid, so that the field refuses
    it."""
    if isinstance(field, fields.Boolean):
        return _BOOLEANS.get(text.strip(), text)
    if isinstance(field, fields.Integer):
        return int(plain) if _DIGITS.fullmatch(plain := plain_characters(text)) else text
    return text


def _spread(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Converts values into the page's field names and texts."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _spread(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for index, inner in enumerate(value):
            yield from _spread(inner, f"{name}.{index}" if isinstance(inner, Mapping) else name)
    elif isinstance(value, date):
        yield from ((f"{name}-{part}", text) for part, text in inputs(value).items())
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif value is not None:
        yield name, str(value)
