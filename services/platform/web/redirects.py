"""Redirect targets: paths of this host, never a URL that a link supplied."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from flask import request

SIGN_IN = "/accounts/sign-in"
_OWN = re.compile(r"/[A-Za-z0-9/_.~?&=%+-]*", re.ASCII)
_MAX_LENGTH = 500
_OURS = re.compile(r"[a-z]+([_-][a-z]+)*|[0-9]{1,3}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""Values in our own addresses: codes, small numbers, ids. Anything else was typed, and may be about a person."""


def safe(address: str | None) -> str:
    """Returns the address if it is a path of this host, else "/"."""
    if address is None or len(address) > _MAX_LENGTH or not _OWN.fullmatch(address):
        return "/"
    path = address.partition("?")[0].lower()
    return "/" if "%2f" in path or "%5c" in path or "//" in path else address


def ours(arguments: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns the query parameters that our own links write: only these are written into an address again."""
    return [(name, value) for name, value in arguments if _OURS.fullmatch(name) and _OURS.fullmatch(value)]


def to_sign_in() -> str:
    """Returns the address of the sign-in page, which leads back to the current page."""
    typed = [value for value in (request.view_args or {}).values() if isinstance(value, str)]
    query = urlencode(ours(request.args.items(multi=True)))
    wanted = safe(f"{request.path}?{query}" if query else request.path)
    if wanted == "/" or not all(_OURS.fullmatch(value) for value in typed):
        return SIGN_IN
    return f"{SIGN_IN}?{urlencode({'next': wanted})}"
