"""Versions, as strong ETags and in forms: whoever changes a thing must have read what it is now."""

import re

from flask import Response, request

from services.platform.errors import ReadItFirst, Stale

_VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)
_TAG = re.compile(rf'"({_VERSION.pattern})"', re.ASCII)
_NEVER_OURS = -1


def of(version: int) -> str:
    """The ETag of a thing's version."""
    return f'"{version}"'


def put(response: Response, version: int) -> Response:
    response.headers["ETag"] = of(version)
    return response


def expected_version() -> int:
    """The version that If-Match names, for the command to compare.

    Raises ReadItFirst (428) without the header or with `*`, Stale (412) for a tag that was never one of ours.
    """
    named = named_version()
    if named is None:
        raise ReadItFirst
    if named == _NEVER_OURS:
        raise Stale
    return named


def named_version() -> int | None:
    """The same for a command that itself refuses a missing or unknown tag, once it knows that it was not answered before.

    None without the header or with `*`; a tag that was never one of ours is a version that nothing has.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    match = _TAG.fullmatch(sent)
    return int(match[1]) if match else _NEVER_OURS


def form_version(field: str = "version") -> int:
    """The version that the page of the form was made from; 0, which nothing has, for a text that is none of ours."""
    sent = request.form.get(field, "")
    return int(sent) if _VERSION.fullmatch(sent) else 0


def require(version: int) -> None:
    """Raises ReadItFirst (428) or Stale (412) unless If-Match names this version."""
    if expected_version() != version:
        raise Stale
