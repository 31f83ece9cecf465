"""Rejects malformed requests before authentication."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import current_app, request
from werkzeug.exceptions import (
    BadRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

_View = TypeVar("_View", bound=Callable[..., Any])

_UNSAFE_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ud800-\udfff]")
_METHOD_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_JSON = ("application/json", "application/problem+json")
_LIMIT = "__body_limit__"


def body_limit(limit: int) -> Callable[[_View], _View]:
    """Sets a larger body limit for a view, in bytes."""

    def mark(view: _View) -> _View:
        setattr(view, _LIMIT, limit)
        return view

    return mark


def check() -> None:
    """Raises an HTTP error for what a legitimate caller never sends."""
    _refuse_unreadable_address()
    if request.endpoint is None:
        return
    _refuse_method_override()
    if "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    if "/api/" in request.path and request.accept_mimetypes and not request.accept_mimetypes.best_match(_JSON):
        raise NotAcceptable
    limit: int = getattr(current_app.view_functions[request.endpoint], _LIMIT, current_app.config["MAX_CONTENT_LENGTH"])
    request.max_content_length = limit
    _measure_body(limit)


def _refuse_unreadable_address() -> None:
    if _UNSAFE_TEXT.search(request.path):
        raise NotFound
    try:
        query = unquote_to_bytes(request.query_string).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest from None
    if _UNSAFE_TEXT.search(query):
        raise BadRequest


def _measure_body(limit: int) -> None:
    """Reads a chunked body, which has no length: Werkzeug would silently truncate it at the limit."""
    environ = request.environ
    measured = environ.get("CONTENT_LENGTH", "").isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ
    if measured or "wsgi.input_terminated" not in environ:
        return
    body = b""
    while len(body) <= limit and (more := environ["wsgi.input"].read(limit + 1 - len(body))):
        body += more
    if len(body) > limit:
        raise RequestEntityTooLarge
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _refuse_method_override() -> None:
    if any(name in request.headers for name in _METHOD_OVERRIDES):
        raise MethodNotAllowed(valid_methods=sorted(request.url_rule.methods or ()) if request.url_rule else None)
