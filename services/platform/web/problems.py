"""Responds to every error in one way: problem+json for an API, a page in plain English for a person."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, Unauthorized

from services.platform.db.transient import is_full, is_transient, took_too_long
from services.platform.errors import ApplicationError, FieldError
from services.platform.i18n import N_, field_name
from services.platform.operations import logs
from services.platform.web import current, redirects, refusals, unsent

MEDIA_TYPE = "application/problem+json"
_TRY_AGAIN_AFTER = "5"
# The format of field names, unlike names of people, postcodes and telephone numbers.
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,63}|[0-9]{1,5}", re.ASCII)

_TITLES = {
    400: N_("The request could not be read"),
    401: N_("Sign in first"),
    403: N_("You are not allowed to do this"),
    404: N_("Not found"),
    405: N_("This method is not allowed here"),
    406: N_("This address responds in JSON only"),
    408: N_("The request took too long"),
    413: N_("The request is too large"),
    414: N_("The address is too long"),
    415: N_("This content type is not supported"),
    422: N_("Some answers need attention"),
    429: N_("Too many attempts"),
    500: N_("Sorry, there is a problem with the service"),
    503: N_("Try again in a minute"),
}
_FULL_TITLE = N_("There is no storage space left")
_FULL_DETAIL = N_("The disk is full, so nothing in this request was saved. Try again later.")
_URN = {
    400: "bad-request", 401: "not-signed-in", 403: "forbidden", 404: "not-found", 405: "method-not-allowed",
    406: "not-acceptable", 408: "timeout", 413: "too-large", 414: "address-too-long", 415: "unsupported-body",
    422: "invalid", 429: "too-many-tries", 500: "our-fault", 503: "unavailable",
}  # fmt: skip


def register(app: Flask) -> None:
    """Registers one handler for every exception of the app."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Unauthorized, sign_in_first)
    app.register_error_handler(ApplicationError, refuse)
    app.register_error_handler(ValidationError, _not_valid)
    app.register_error_handler(sa.exc.SQLAlchemyError, _database_error)
    app.register_error_handler(OSError, _file_error)
    app.register_error_handler(Exception, _our_fault)


def is_api() -> bool:
    """Returns whether the address is an API's: it gets problem+json, never a page."""
    parts = request.path.split("/", 3)
    return len(parts) > 2 and parts[2] in ("api", "fhir", "health", "metrics")


def field_errors(messages: object, pointer: str = "") -> list[FieldError]:
    """Flattens marshmallow's nested messages. Omits names that do not look like field names."""
    if isinstance(messages, Mapping):
        return [error for name, inner in messages.items() for error in field_errors(inner, _below(pointer, str(name)))]
    if isinstance(messages, Iterable) and not isinstance(messages, str):
        return [error for inner in messages for error in field_errors(inner, pointer)]
    return [FieldError(pointer, str(messages))]


def field_sentence(error: FieldError, label: str | None = None) -> str:
    """Returns the message of a field error, with the page's label of the field, or else its name."""
    steps = [step for step in error.pointer.split("/") if step and not step.isdigit()]
    name = label or (humanised(steps[-1]) if steps else str(_("This text")))
    return str(_(error.detail)).replace("%(field)s", field_name(name))


def humanised(name: str) -> str:
    """Returns the name of a field without a label: "given_by" becomes "Given by"."""
    return name.replace("_", " ").capitalize()


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name}" if name != "_schema" and _NAME.fullmatch(name) else pointer


def answer(status: int, *, urn: str, title: str, detail: str = "", errors: Sequence[FieldError] = ()) -> Response:
    """Returns the response of an error. `title`, `detail` and the errors are marked texts, translated here."""
    if is_api():
        response = _problem(status, urn=urn, title=title, detail=detail, errors=errors)
    else:
        response = _page(status, title=title, detail=detail, errors=errors)
    response.status_code = status
    return response


def _problem(status: int, *, urn: str, title: str, detail: str, errors: Sequence[FieldError]) -> Response:
    body: dict[str, Any] = {"type": f"urn:waymark:problem:{urn}", "title": _(title), "status": status}
    if detail:
        body["detail"] = _(detail)
    body["instance"] = current.correlation_id().urn
    if errors:
        body["errors"] = [{"pointer": error.pointer, "detail": field_sentence(error)} for error in errors]
    response = jsonify(body)
    response.mimetype = MEDIA_TYPE
    return response


def _page(status: int, *, title: str, detail: str, errors: Sequence[FieldError]) -> Response:
    return Response(
        render_template(
            "platform/error.html",
            status=status,
            error_title=_(title),
            detail=_(detail) if detail else "",
            details=list(dict.fromkeys(field_sentence(error) for error in errors)),
            reference=str(current.correlation_id()),
            unsent_page=unsent.store_refused(),
        ),
        mimetype="text/html",
    )


def refuse(error: ApplicationError) -> Response:
    """Returns the response to a request that breaks a rule."""
    refusals.record(error)
    if error.status == 404:
        # Missing and hidden records get identical responses, to the last byte.
        return answer(404, urn=_URN[404], title=_TITLES[404])
    response = answer(
        error.status, urn=_kebab(type(error)), title=error.title, detail=error.detail, errors=error.errors
    )
    if error.status == 503:
        _try_again(response)
    for name, value in getattr(error, "headers", {}).items():
        response.headers[name] = value
    return response


def _not_valid(error: ValidationError) -> Response:
    return answer(422, urn="invalid", title=_TITLES[422], errors=field_errors(error.messages))


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()  # type: ignore[return-value]
    response = answer(status, urn=_URN.get(status, "refused"), title=_TITLES.get(status, _TITLES[400]))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    if status == 401 and is_api():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def sign_in_first(error: Unauthorized) -> Response:
    """Redirects a person who opens a page to sign in and back; any other caller gets 401."""
    if request.method == "GET" and not is_api():
        return Response(status=303, headers={"Location": redirects.to_sign_in()})
    return _http_error(error)


def _database_error(error: sa.exc.SQLAlchemyError) -> Response:
    if is_full(error):
        logs.failure(error)
        return storage_full()
    if not (is_transient(error) or took_too_long(error)):
        return _our_fault(error)
    logs.failure(error)
    return _try_again(answer(503, urn="unavailable", title=_TITLES[503]))


def _file_error(error: OSError) -> Response:
    if not is_full(error):
        return _our_fault(error)
    logs.failure(error)
    return storage_full()


def storage_full() -> Response:
    """Returns the response when the disk is full."""
    return _try_again(answer(503, urn="storage-full", title=_FULL_TITLE, detail=_FULL_DETAIL))


def _try_again(response: Response) -> Response:
    response.headers["Retry-After"] = _TRY_AGAIN_AFTER
    return response


def _our_fault(error: Exception) -> Response:
    logs.failure(error)
    return answer(500, urn="our-fault", title=_TITLES[500])


def _kebab(kind: type) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
