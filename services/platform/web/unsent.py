"""Stores long text that a person typed when it is not accepted: signed out, refused, an error, or the page was left.

Every form with a text area contains one signed field: who was given the form, on which page, and under which id its
text is stored. The field suffices to store the text for that person after their session has ended; the text is shown
only after they have signed in again. The page then offers it until it is sent, deleted or expires.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from services.platform.db import unsent_texts
from services.platform.db.unsent_texts import UnsentText
from services.platform.operations import logs
from services.platform.web import access, current, redirects

if TYPE_CHECKING:  # a form's errors come from the module that asks this one to store it
    from services.platform.ui.forms import Form

FIELD = "unsent"
LEAVE = "unsent_leave"
"""The name of the button that stores what was typed and opens the page in its value."""
_CHOICE = "unsent"
_START_AGAIN = "none"
_NOT_TEXT = frozenset({FIELD, LEAVE, "csrf_token", "key"})


@dataclass(frozen=True, kw_only=True)
class _Ticket:
    """The content of the signed field."""

    staff_id: UUID
    page: str
    id: UUID
    restored: UUID | None
    """The stored text with which this rendering of the form was filled."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The stored text that a page offers: `used` fills its form, `others` can be chosen or belong to pages below it."""

    used: UnsentText | None
    others: Sequence[UnsentText]
    page: str

    @property
    def texts(self) -> Sequence[UnsentText]:
        return [text for text in (self.used, *self.others) if text is not None]


def blueprint(service: str) -> Blueprint:
    """The addresses for the page's script to store text, and for a person to delete it."""
    pages = Blueprint("unsent", __name__, url_prefix=f"/{service}/unsent")

    @pages.post("")
    @access.signed_in
    def store() -> ResponseReturnValue:
        store_typed()
        return "", 204

    @pages.post("/<uuid:text_id>/deletion")
    @access.signed_in
    def delete(text_id: UUID) -> ResponseReturnValue:
        _delete([text_id])
        return redirect(redirects.safe(request.form.get("page")), code=303)

    return pages


def field() -> Markup:
    """Returns the hidden input of a form with text; empty if the caller is not signed in or the page stores drafts
    itself."""
    if g.get("unsent_off") or current.identity_or_none() is None:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, _signed(_ticket_of_page()))


def switch_off() -> None:
    """For a page whose form is a draft with its own storage."""
    g.unsent_off = True


def leave_if_asked() -> ResponseReturnValue | None:
    """Runs before the view: "Save for later" stores the form and leaves the page."""
    if request.method != "POST" or LEAVE not in request.form:
        return None
    store_typed()
    return redirect(redirects.safe(request.form.get(LEAVE)), code=303)


def delete_sent(response: Response) -> Response:
    """Runs after the view: deletes the stored text once it is accepted."""
    ticket = _received()
    if ticket is not None and response.status_code < 400 and not g.get("unsent_stored"):
        _delete([found for found in (ticket.id, ticket.restored) if found is not None])
    return response


def store_typed() -> str | None:
    """Stores the text of the request's form. Returns the page that offers it; None if nothing could be stored."""
    ticket = _received()
    typed = _typed()
    if ticket is None or not any(value.strip() for values in typed.values() for value in values):
        return None
    _store(ticket, typed)
    g.unsent_stored = True
    return ticket.page


def store(page: str, answers: Mapping[str, Sequence[str]]) -> None:
    """Stores answers for another page of this service, which offers them to the signed-in account."""
    _store(_Ticket(staff_id=current.staff_id(), page=page, id=uuid4(), restored=None), answers)


def _store(ticket: _Ticket, answers: Mapping[str, Sequence[str]]) -> None:
    context = current.service()
    text = UnsentText(id=ticket.id, page=ticket.page, answers=answers, saved_at=current.now())
    current.close_reading()
    with context.database.write() as connection:
        unsent_texts.save(
            connection,
            context.dispatcher.tables,
            text,
            staff_id=ticket.staff_id,
            lifetime=context.unsent_text_lifetime,
        )


def store_refused() -> str | None:
    """Stores the text for an error page, which is shown even when the database failed."""
    if request.method != "POST":
        return None
    try:
        return store_typed()
    except (sa.exc.SQLAlchemyError, HTTPException) as error:
        logs.failure(error)
        return None


def offer(form: "Form | None") -> Offer | None:
    """Returns the person's stored text for a page about one record. It fills a form that was not sent yet."""
    if request.method != "GET" or not request.view_args or g.get("unsent_off") or current.identity_or_none() is None:
        return None
    context = current.service()
    found = unsent_texts.stored_for(
        current.reading(), context.dispatcher.tables, request.path, staff_id=current.staff_id(), at=current.now()
    )
    used = _chosen(found)
    if used is not None and form is not None and not form.has_errors:
        form.restore(MultiDict({name: list(values) for name, values in used.answers.items()}))
        g.unsent_restored = used.id
    return Offer(used=used, others=[text for text in found if text is not used], page=request.path) if found else None


def _chosen(found: Sequence[UnsentText]) -> UnsentText | None:
    here = [text for text in found if text.page == request.path]
    wanted = request.args.get(_CHOICE)
    if wanted == _START_AGAIN:
        return None
    return next((text for text in here if str(text.id) == wanted), here[0] if here else None)


def _ticket_of_page() -> _Ticket:
    """One ticket for all fields of a page. A form shown again with its errors keeps its id."""
    if "unsent_ticket" not in g:
        received = _received()
        g.unsent_ticket = received or _Ticket(
            staff_id=current.staff_id(), page=request.path, id=uuid4(), restored=g.get("unsent_restored")
        )
    ticket: _Ticket = g.unsent_ticket
    return ticket


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current.service().secret_key, salt="unsent text")


def _signed(ticket: _Ticket) -> str:
    restored = str(ticket.restored) if ticket.restored else None
    return str(_serializer().dumps([str(ticket.staff_id), ticket.page, str(ticket.id), restored]))


def _received() -> _Ticket | None:
    """Returns the ticket of the submitted form. A ticket issued to another account is ignored."""
    if request.method != "POST":
        return None
    try:
        ticket: Any = _serializer().loads(request.form.get(FIELD, ""))
    except (BadSignature, HTTPException):
        return None
    staff_id, page, its_id, restored = ticket
    ticket = _Ticket(staff_id=UUID(staff_id), page=page, id=UUID(its_id), restored=UUID(restored) if restored else None)
    signed_in = g.get("identity")
    return None if signed_in is not None and signed_in.staff_id != ticket.staff_id else ticket


def _typed() -> Mapping[str, list[str]]:
    return {name: values for name, values in request.form.lists() if name not in _NOT_TEXT}


def _delete(ids: Sequence[UUID]) -> None:
    context = current.service()
    current.close_reading()
    with context.database.write() as connection:
        unsent_texts.delete(connection, context.dispatcher.tables, ids, staff_id=current.staff_id())
