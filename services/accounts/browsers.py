"""How a browser comes to hold a session, whichever way its person proved who they are."""

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from services.accounts.sessions import BeginSession
from services.platform.web import cookies, current


def session_secret() -> str | None:
    """The secret of the session that this browser holds, good or not."""
    return request.cookies.get(cookies.session_name(https=current.service().https))


def begin(staff_id: UUID) -> str:
    """Begin a session in the place of the one that this browser holds. Gives its secret. Raises SwitchedOff."""
    made: str = current.handle(BeginSession(staff_id=staff_id, ending=session_secret()))
    return made


def signed_in(made: str, where: str) -> Response:
    """Go on there, with this session."""
    https = current.service().https
    response = redirect(where, code=303)
    cookies.put(response, cookies.session_name(https=https), made, https=https)
    cookies.remove(response, cookies.before_sign_in_name(https=https), https=https)
    return response
