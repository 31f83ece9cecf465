"""Where a person may be sent: an address of ours, never one that a link brought along."""

import re
from urllib.parse import urlencode

from flask import request

SIGN_IN = "/accounts/sign-in"
_OWN = re.compile(r"/[A-Za-z0-9/_.~?&=%+-]*", re.ASCII)
_LONGEST = 500


def safe(address: str | None) -> str:
    """The address if it is a path of this host, else "/"."""
    if address is None or len(address) > _LONGEST or not _OWN.fullmatch(address):
        return "/"
    path = address.partition("?")[0].lower()
    return "/" if "%2f" in path or "%5c" in path or "//" in path else address


def to_sign_in() -> str:
    """The sign-in page, from which one comes back to the page at hand."""
    wanted = safe(request.full_path.rstrip("?"))
    return SIGN_IN if wanted == "/" else f"{SIGN_IN}?{urlencode({'next': wanted})}"
