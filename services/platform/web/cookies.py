"""Names and attributes of the cookies, and the bearer token: the only secrets that a client sends."""

from flask import Request
from werkzeug.wrappers import Response

_SESSION = "waymark_session"
_BEFORE_SIGN_IN = "waymark_before_sign_in"
_AT_PROVIDER = "waymark_at_provider"
_MAX_SECRET = 200


def session_name(*, https: bool) -> str:
    return _named(_SESSION, https=https)


def before_sign_in_name(*, https: bool) -> str:
    return _named(_BEFORE_SIGN_IN, https=https)


def provider_name(*, https: bool) -> str:
    """Returns the name of the cookie that a browser holds while its user is at the identity provider."""
    return _named(_AT_PROVIDER, https=https)


def put(response: Response, name: str, secret: str, *, https: bool) -> None:
    """Sets a session cookie, hidden from scripts and not sent with forms of other sites."""
    response.set_cookie(name, secret, path="/", httponly=True, samesite="Lax", secure=https)


def remove(response: Response, name: str, *, https: bool) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="Lax", secure=https)


def bearer(request: Request) -> str | None:
    """Returns the token of `Authorization: Bearer …`; "" (which is never valid) for any other header."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    usable = scheme.lower() == "bearer" and token.isascii() and 0 < len(token) <= _MAX_SECRET
    return token if usable else ""


def _named(name: str, *, https: bool) -> str:
    """Over https the prefix `__Host-` makes the browser bind the cookie to this host."""
    return f"__Host-{name}" if https else name
