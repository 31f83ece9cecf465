"""Refuses forms that another site made the browser send: checks a token of this session and the browser's own headers."""

import hashlib
import hmac
import secrets

from flask import Response, g, request
from markupsafe import Markup

from services.platform.errors import Forbidden
from services.platform.i18n import N_
from services.platform.web import cookies, current

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = ("same-origin", "none")


class ForeignForm(Forbidden):
    """The request changes something and does not come from a page that this system gave to this browser."""

    title = N_("This page was open too long, or came from somewhere else")

    def __init__(self) -> None:
        super().__init__(N_("Go back, reload the page and try again. Nothing was changed."))


def token() -> str:
    """Returns the token for forms of this page. It derives from the cookie's secret: services do not share keys."""
    return _token_of(_secret())


def field() -> Markup:
    """Returns the hidden input that every form with method POST contains."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def enforce() -> None:
    """Raises ForeignForm. Does not check a caller with a bearer token: browsers do not send it on their own."""
    if request.method in _SAFE or request.endpoint is None or cookies.bearer(request) is not None:
        return
    if not _from_own_page():
        raise ForeignForm
    held = _held_secret()
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if held is None or not hmac.compare_digest(_token_of(held).encode(), sent.encode("utf-8", "replace")):
        raise ForeignForm


def set_cookie(response: Response) -> Response:
    """Sets the secret of the sign-in form for a browser without a session."""
    made = g.get("csrf_made")
    if made is not None:
        context = current.service()
        cookies.put(response, cookies.before_sign_in_name(https=context.https), made, https=context.https)
    return response


def _from_own_page() -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        # Compared as text, so that invalid input cannot raise an error.
        return origin in {f"{scheme}://{request.host}" for scheme in _schemes()}
    return request.headers.get("Sec-Fetch-Site", "none") in _OWN_SITE


def _schemes() -> tuple[str, ...]:
    return ("https",) if current.service().https else ("http", "https")


def _held_secret() -> str | None:
    """Returns the cookie that the token is bound to: the session, or before sign-in the one that `set_cookie` set."""
    https = current.service().https
    if current.identity_or_none() is not None:
        return request.cookies.get(cookies.session_name(https=https))
    return request.cookies.get(cookies.before_sign_in_name(https=https)) or None


def _secret() -> str:
    held = _held_secret()
    if held is not None:
        return held
    if "csrf_made" not in g:
        g.csrf_made = secrets.token_urlsafe(32)
    made: str = g.csrf_made
    return made


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"waymark csrf", hashlib.sha256).hexdigest()
