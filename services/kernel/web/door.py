"""What no request of ours looks like is refused before anything else is asked."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotAcceptable, NotFound, UnsupportedMediaType

from services.kernel.web import problems

_View = TypeVar("_View", bound=Callable[..., Any])

_UNSAFE_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ud800-\udfff]")
_METHOD_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_JSON = ("application/json", "application/problem+json")
_LIMIT = "__body_limit__"


def body_limit(limit: int) -> Callable[[_View], _View]:
    """Let a view take a larger body than others, in bytes."""

    def mark(view: _View) -> _View:
        setattr(view, _LIMIT, limit)
        return view

    return mark


def check() -> None:
    """Raises an HTTP error for what no caller of ours sends by mistake."""
    _refuse_unreadable_address()
    if request.endpoint is None:
        return
    _refuse_method_override()
    if "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    if problems.is_api() and request.accept_mimetypes and not request.accept_mimetypes.best_match(_JSON):
        raise NotAcceptable
    request.max_content_length = getattr(
        current_app.view_functions[request.endpoint], _LIMIT, current_app.config["MAX_CONTENT_LENGTH"]
    )


def _refuse_unreadable_address() -> None:
    if _UNSAFE_TEXT.search(request.path):
        raise NotFound
    for name, value in request.args.items(multi=True):
        if _UNSAFE_TEXT.search(name) or _UNSAFE_TEXT.search(value):
            raise BadRequest


def _refuse_method_override() -> None:
    if any(name in request.headers for name in _METHOD_OVERRIDES):
        raise MethodNotAllowed(valid_methods=sorted(request.url_rule.methods or ()) if request.url_rule else None)
