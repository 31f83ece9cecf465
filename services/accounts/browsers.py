"""Gives a browser its session, whichever way its user signed in."""

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from services.accounts.sessions import BeginSession
from services.platform.web import cookies, current


def session_secret() -> str | None:
    """Returns the secret of the session that this browser holds, valid or not."""
    return request.cookies.get(cookies.session_name(https=current.service().https))


def begin(staff_id: UUID) -> str:
    """Begins a session that replaces the one of this browser. Returns its secret. Raises SwitchedOff."""
    made: str = current.handle(BeginSession(staff_id=staff_id, ending=session_secret()))
    return made


def signed_in(made: str, where: str) -> Response:
    """Redirects to the next page with this session."""
    https = current.service().https
    response = redirect(where, code=303)
    cookies.put(response, cookies.session_name(https=https), made, https=https)
    cookies.remove(response, cookies.before_sign_in_name(https=https), https=https)
    return response
