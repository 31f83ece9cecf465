"""Versions as strong ETags and in forms: a change must name the current version of what it changes."""

import re

from flask import Response, request

from services.platform.errors import ReadItFirst, Stale

_VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)
_TAG = re.compile(rf'"({_VERSION.pattern})"', re.ASCII)
_NEVER_OURS = -1


def of(version: int) -> str:
    """Returns the ETag of a version."""
    return f'"{version}"'


def put(response: Response, version: int) -> Response:
    response.headers["ETag"] = of(version)
    return response


def expected_version() -> int:
    """Returns the version in If-Match, for the command to compare.

    Raises ReadItFirst (428) without the header or with `*`, Stale (412) for an unknown tag.
    """
    named = named_version()
    if named is None:
        raise ReadItFirst
    if named == _NEVER_OURS:
        raise Stale
    return named


def named_version() -> int | None:
    """Returns the version in If-Match for a command that checks it itself, after it has looked for a stored response.

    None without the header or with `*`; an unknown tag becomes a version that does not exist.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    match = _TAG.fullmatch(sent)
    return int(match[1]) if match else _NEVER_OURS


def form_version(field: str = "version") -> int:
    """Returns the version in the form; 0, which does not exist, for an invalid text."""
    sent = request.form.get(field, "")
    return int(sent) if _VERSION.fullmatch(sent) else 0


def require(version: int) -> None:
    """Raises ReadItFirst (428) or Stale (412) unless If-Match names this version."""
    if expected_version() != version:
        raise Stale
