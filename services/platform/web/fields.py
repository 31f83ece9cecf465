"""Fields of API bodies and forms that refuse values that would be stored or shown wrongly, or are ambiguous."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, NoReturn

from flask_babel import gettext as _
from marshmallow import RAISE, Schema, ValidationError, fields

from services.platform import datetimes
from services.platform.errors import ApplicationError
from services.platform.i18n import N_, field_name
from services.platform.identifiers import plain_characters
from services.platform.web.strict_json import text_fault

MAX_ITEMS = 200
_MAX_MARKS = 4
# A zero-width joiner or non-joiner between letters of these scripts, from Arabic to Mongolian, is part of some names.
# It does not count as a name on its own.
_JOINED = re.compile("(?<=[\u0600-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u18af])[\u200c\u200d]")
_LINE_BREAKS = re.compile("[\n\t\u2028\u2029]")


class StrictSchema(Schema):
    """A body or a form. It refuses undeclared fields and values for read-only fields."""

    class Meta:
        unknown = RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 (marshmallow declares it so)
        "unknown": N_("This field is not known"),
        "type": N_("Send an object"),
    }
    read_only: ClassVar[Collection[str]] = ()
    """Names of response fields that a caller may try to send: they get a specific message."""

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        if isinstance(error.messages, dict) and isinstance(data, Mapping):
            for name in set(self.read_only) & set(data):
                error.messages[name] = [N_("This field cannot be set")]


def messages(ask: str, **others: str) -> dict[str, str]:
    """Returns the messages of a field that has a single message for every error: what to enter."""
    return {"required": ask, "null": ask, "invalid": ask, "validator_failed": ask} | others


class _Strict(fields.Field[Any]):
    """`ask` is the message for a missing answer: "Enter the young person's age".

    `label` is the page's name of the field for error messages. Without one, the form's labels apply, or else the
    field's own name.
    """

    def __init__(self, *, ask: str | None = None, label: str | None = None, **options: Any) -> None:
        self.ask = ask or N_("Enter an answer")
        self.label = label
        given = options.pop("error_messages", None) or {}
        super().__init__(error_messages={"required": self.ask, "null": self.ask, **given}, **options)

    def refuse(self, message: str, **limits: object) -> NoReturn:
        """Raises the message: with the limits, and with the label if the field has one."""
        if "%(field)s" in message and (self.label or limits):
            name = field_name(_(self.label)) if self.label else "%(field)s"
            message = str(_(message, field=name, **limits))
        raise ValidationError(message)


class StrictString(_Strict, fields.String):
    """Text without control characters, in NFC, of at most `maximum` characters. Blank counts as missing.

    On one line unless `lines`. Surrounding whitespace is trimmed.
    """

    def __init__(self, *, maximum: int, minimum: int = 1, lines: bool = False, **options: Any) -> None:
        described = {"maxLength": maximum} | ({"minLength": minimum} if options.get("required") else {})
        super().__init__(**_described(options, described))
        self.maximum = maximum
        self.minimum = minimum
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            self.refuse(N_("Send text"))
        fault = text_fault(value)
        if fault:
            self.refuse(fault)
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
        if not _seen(text).strip():
            if self.required:
                self.refuse(self.ask)
            return None if self.allow_none else ""
        self._check(text)
        return text

    def _check(self, text: str) -> None:
        if len(text) > self.maximum:
            self.refuse(N_("%(field)s must be %(maximum)s characters or fewer"), maximum=f"{self.maximum:,}")
        if len(text) < self.minimum:
            self.refuse(N_("%(field)s must be %(minimum)s characters or more"), minimum=f"{self.minimum:,}")
        if not self.lines and _LINE_BREAKS.search(text):
            self.refuse(N_("%(field)s must be on one line"))
        if _stacked(text):
            self.refuse(N_("%(field)s has too many marks on one letter: type it again"))


class RequiredText(StrictString):
    """A required answer in the person's own words, which may have several lines."""

    def __init__(self, *, maximum: int, ask: str, label: str) -> None:
        super().__init__(maximum=maximum, lines=True, required=True, ask=ask, label=label)


class PersonName(StrictString):
    """A name or nickname in any script. Refuses invisible characters and direction marks."""

    def __init__(self, *, maximum: int = 100, **options: Any) -> None:
        super().__init__(maximum=maximum, **options)

    def _check(self, text: str) -> None:
        super()._check(text)
        plain = _JOINED.sub("", text)
        if _seen(plain) != plain:
            self.refuse(N_("%(field)s includes hidden characters: type it again without them"))
        if not any(map(str.isalnum, text)):
            self.refuse(N_("%(field)s must include a letter"))


class Identifier(StrictString):
    """A short number or code. Removes characters pasted along with it; `read` returns its standard form.

    `read` raises ApplicationError for a text that is not such an identifier.
    """

    def __init__(self, read: Callable[[str], str] = str, **options: Any) -> None:
        super().__init__(**options)
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and _LINE_BREAKS.search(value.strip()):
            self.refuse(N_("%(field)s must be on one line"))
        plain = plain_characters(value) if isinstance(value, str) and not text_fault(value) else value
        text = super()._deserialize(plain, attr, data, **kwargs)
        try:
            return self._read(text) if text else text
        except ApplicationError as fault:
            raise ValidationError(fault.detail) from None


class StrictInteger(_Strict, fields.Integer):
    """A whole number from `minimum` to `maximum`: never true, 1.0 or "1"."""

    def __init__(self, *, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(**_described(options, {"minimum": minimum, "maximum": maximum}))
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            self.refuse(N_("%(field)s must be a whole number"))
        if not self.minimum <= value <= self.maximum:
            limits = {"minimum": f"{self.minimum:,}", "maximum": f"{self.maximum:,}"}
            self.refuse(N_("%(field)s must be between %(minimum)s and %(maximum)s"), **limits)
        return value


class StrictBoolean(_Strict, fields.Boolean):
    """True or false: never 1, "yes" or "true"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            self.refuse(self.ask)
        return value


class StrictDate(_Strict, fields.Date):
    """A calendar day from 1900 to 2099: YYYY-MM-DD from a program, a TypedDate from a form.

    The rules, not the field, compare it with today and derive ages.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            return value.read() if isinstance(value, datetimes.TypedDate) else datetimes.read_date(_text(value))
        except datetimes.NotReadable as fault:
            self.refuse(str(fault))


class StrictTimestamp(_Strict, fields.AwareDateTime):
    """An aware time: 2026-11-22T02:10:00Z from a program, with any offset; a TypedTimestamp, in London, from a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return (
                value.read() if isinstance(value, datetimes.TypedTimestamp) else datetimes.read_timestamp(_text(value))
            )
        except datetimes.NotReadable as fault:
            self.refuse(str(fault))


class StrictCode(_Strict, fields.Enum[Any]):
    """One code of a closed list, by value, case-sensitive."""

    def __init__(self, codes: type[StrEnum], *, only: Collection[StrEnum] | None = None, **options: Any) -> None:
        self.only = frozenset(codes if only is None else only)
        self._by_value = {code.value: code for code in codes if code in self.only}
        described = {"enum": list(self._by_value)}
        super().__init__(enum=codes, by_value=True, **_described(options, described))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            self.refuse(self.ask)
        found = self._by_value.get(value)
        if found is None:
            self.refuse(self.ask if value == "" else N_("Choose one of the answers listed"))
        return found


class StrictUuid(_Strict, fields.UUID):
    """An id in canonical form: 8-4-4-4-12 hexadecimal digits, no braces, no urn."""

    _FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not self._FORM.fullmatch(value):
            self.refuse(N_("Enter an id"))
        return super()._deserialize(value, attr, data, **kwargs)


class StrictList(_Strict, fields.List[Any]):
    """A list of `minimum` to `maximum` items. With `unique`, refuses duplicates."""

    def __init__(
        self, inner: Any, *, minimum: int = 0, maximum: int = MAX_ITEMS, unique: bool = False, **options: Any
    ) -> None:
        described = {"maxItems": maximum} | ({"minItems": minimum} if minimum else {})
        super().__init__(cls_or_instance=inner, **_described(options, described))
        self.minimum = minimum
        self.maximum = maximum
        self.unique = unique

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            self.refuse(N_("Send a list"))
        if len(value) > self.maximum:
            self.refuse(N_("%(field)s must have %(maximum)s items or fewer"), maximum=f"{self.maximum:,}")
        if len(value) < self.minimum:
            self.refuse(self.ask)
        items: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        if self.unique and any(item in items[:index] for index, item in enumerate(items)):
            self.refuse(N_("Send each item once"))
        return items


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _described(options: dict[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Adds the description for the API document to the options of the field."""
    return options | {"metadata": dict(facts) | dict(options.get("metadata") or {})}


def _seen(text: str) -> str:
    """Returns the text without format characters: category Cf, which includes the joiners."""
    if text.isascii():
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _stacked(text: str) -> bool:
    """Returns whether more marks are stacked on one letter than any script needs."""
    if text.isascii():
        return False
    run = 0
    for character in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.category(character) == "Mn" else 0
        if run > _MAX_MARKS:
            return True
    return False
