"""Reads a JSON body, and refuses every body that two parsers could interpret differently."""

import json
import math
import re
import unicodedata
from typing import Any, NoReturn

from flask import Request, g

from services.platform.errors import ApplicationError, BadRequest, FieldError, Invalid
from services.platform.i18n import N_

DEEPEST = 20
MAX_INTEGER = 18
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_UNREADABLE = ("Co", "Cn")
# Tags, annotations, and letters and signs without a glyph: a reader does not see what they hide.
_BLANK = re.compile("[\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class MalformedJson(BadRequest):
    title = N_("The body is not well-formed JSON")


class TooDeep(BadRequest):
    title = N_("The JSON body is nested too deeply")


class NotFinite(BadRequest):
    title = N_("The JSON body contains a number that is not finite, or too long")


class DuplicateKey(BadRequest):
    title = N_("The JSON body contains the same key twice")


class NotAnObject(BadRequest):
    title = N_("The JSON body is not an object")


class UnsupportedBody(ApplicationError):
    """A media type, charset or content encoding that this API does not accept."""

    status = 415
    title = N_("Send the body as application/json in UTF-8, without compression")


class UnusableText(Invalid):
    """A string contains characters that cannot be stored or shown: control characters or half a character."""

    title = N_("Some answers include characters that cannot be used")


def read(request: Request) -> dict[str, Any]:
    """Returns the request's body as an object. Raises a subclass of BadRequest, UnsupportedBody, or UnusableText."""
    require_json(request)
    body = parse(request.get_data(cache=True))
    g.json_body = body
    return body


def require_json(request: Request) -> None:
    """Raises UnsupportedBody unless the Content-Type is plain UTF-8 JSON."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    plain = request.headers.get("Content-Encoding", "identity").lower() == "identity"
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8") or not plain:
        raise UnsupportedBody


def parse(body: bytes) -> dict[str, Any]:
    """Parses the bytes as an object, and checks every string."""
    value = parse_any(body)
    if not isinstance(value, dict):
        raise NotAnObject
    return value


def parse_any(body: bytes) -> Any:
    if b"\x00" in body[:4] or body.startswith(_BOMS[1:]):
        raise UnsupportedBody(N_("The body is not in UTF-8."))
    if body.startswith(_BOMS[0]):
        raise MalformedJson(N_("The body begins with a byte order mark."))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson(N_("The body is not in UTF-8.")) from None
    _refuse_depth(text)
    value = _decode(text)
    faults = list(_text_faults(value, ""))
    if faults:
        raise UnusableText(errors=faults)
    return value


def _decode(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short_integer,
        )
    except json.JSONDecodeError:
        raise MalformedJson from None


def _refuse_depth(text: str) -> None:
    """Counts brackets outside strings: the parser's own recursion limit depends on Python's version."""
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            raise TooDeep


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _refuse_constant(_: str) -> NoReturn:
    raise NotFinite


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotFinite
    return number


def _short_integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER:
        raise NotFinite
    return int(text)


def _text_faults(value: Any, pointer: str) -> list[FieldError]:
    if isinstance(value, str):
        fault = text_fault(value)
        return [FieldError(pointer, fault)] if fault else []
    if isinstance(value, dict):
        faults = [FieldError(pointer, N_("A key includes characters that cannot be used"))] * any(
            map(text_fault, value)
        )
        return faults + [fault for key, item in value.items() for fault in _text_faults(item, f"{pointer}/{key}")]
    if isinstance(value, list):
        return [fault for index, item in enumerate(value) for fault in _text_faults(item, f"{pointer}/{index}")]
    return []


def text_fault(text: str) -> str | None:
    """Returns why a text is refused, or None: half a character, a control character other than tab and line breaks, or
    an unreadable one: private use, unassigned, a tag, or a letter without a glyph. By Unicode category."""
    if text.isascii() and text.isprintable():
        return None
    if _CONTROL.search(text.replace("\r\n", "\n")):
        return N_("%(field)s must not include control characters")
    if text.isascii():
        return None
    found = set(text)
    if any("\ud800" <= character <= "\udfff" for character in found):
        return N_("%(field)s includes an incomplete character: type it again")
    if any(unicodedata.category(character) in _UNREADABLE or _BLANK.match(character) for character in found):
        return N_("%(field)s includes characters that cannot be read: type it again without them")
    return None
