"""Versions as strong ETags: whoever changes a thing must have read what it is now."""

import re

from flask import Response, request

from services.kernel.errors import RuleBroken, Stale
from services.kernel.text import N_

_TAG = re.compile(r'"([0-9]{1,9})"')


class ReadItFirst(RuleBroken):
    """A change came without If-Match."""

    status = 428
    title = N_("Send If-Match with the ETag that you read")


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
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        raise ReadItFirst
    match = _TAG.fullmatch(sent)
    if match is None:
        raise Stale
    return int(match[1])


def require(version: int) -> None:
    """Raises ReadItFirst (428) or Stale (412) unless If-Match names this version."""
    if expected_version() != version:
        raise Stale
