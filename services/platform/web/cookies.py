"""The names and properties of our cookies, and the bearer token: the only secrets a browser or a client sends."""

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
    """What a browser keeps while its person is at the identity provider."""
    return _named(_AT_PROVIDER, https=https)


def put(response: Response, name: str, secret: str, *, https: bool) -> None:
    """Set a cookie that ends with the browser, that no script reads and no other site's form brings along."""
    response.set_cookie(name, secret, path="/", httponly=True, samesite="Lax", secure=https)


def remove(response: Response, name: str, *, https: bool) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="Lax", secure=https)


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer …`; "" (which nobody holds) for a header of any other form."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    usable = scheme.lower() == "bearer" and token.isascii() and 0 < len(token) <= _MAX_SECRET
    return token if usable else ""


def _named(name: str, *, https: bool) -> str:
    """Over https the browser itself holds the cookie to this host: `__Host-`."""
    return f"__Host-{name}" if https else name
