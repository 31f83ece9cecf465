"""Pages for an administrator to inspect, redrive or drop the dead letters of a service."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema

from services.contracts.codes import Role
from services.platform.db.tables import PlatformTables
from services.platform.errors import Conflict
from services.platform.i18n import N_
from services.platform.messaging import dead_letters
from services.platform.messaging.dead_letter_view import seen
from services.platform.messaging.dead_letters import DropReason, NoSuchDeadLetter, RedriveReason
from services.platform.operations import logs
from services.platform.service import KnownRecord, Subscriptions
from services.platform.ui.forms import Form
from services.platform.web import access, current, paging
from services.platform.web.fields import StrictCode, StrictSchema

LISTENERS = ("intake", "scoring", "casework", "oversight")
"""The services that read events of other services, and so can have dead letters."""

_WORDS: Mapping[StrEnum, str] = {
    RedriveReason.FAULT_MENDED: N_("A fault in Waymark was fixed"),
    RedriveReason.PART_IS_BACK: N_("Something that it needed was unavailable, and is available again"),
    DropReason.TOLD_AGAIN: N_("The owner republished the same state, and it was handled"),
    DropReason.SENT_WRONGLY: N_("It was never meant to be sent"),
    DropReason.A_TEST: N_("It was a test"),
}
_DONE = {
    "redriven": N_("The dead letter was handled."),
    "dropped": N_("The dead letter was dropped."),
}


class StillFails(Conflict):
    """The redrive failed again."""

    title = N_("It failed again")

    def __init__(self) -> None:
        super().__init__(N_("It failed again and stays a dead letter. The log shows where."))


class RedriveForm(StrictSchema):
    reason = StrictCode(RedriveReason, required=True, ask=N_("Select why it can be handled now"))


class DropForm(StrictSchema):
    reason = StrictCode(DropReason, required=True, ask=N_("Select why it need not be handled"))


_DECISIONS: Mapping[str, tuple[type[Schema], type[StrEnum]]] = {
    "redriven": (RedriveForm, RedriveReason),
    "dropped": (DropForm, DropReason),
}


def known(tables: PlatformTables) -> KnownRecord:
    """The dead letter as one of the records whose refusals are audited."""
    return KnownRecord(
        argument="letter_id", subject_type="dead_letter", id=tables.dead_letters.c.id, missing=NoSuchDeadLetter
    )


def blueprint(service: str, tables: PlatformTables, subscriptions: Subscriptions) -> Blueprint:
    """Returns the pages at /<service>/dead-letters."""
    pages = Blueprint("dead_letters", __name__, url_prefix=f"/{service}/dead-letters")

    @pages.get("")
    @access.requires(Role.ADMINISTRATOR)
    def listed() -> ResponseReturnValue:
        return _list_page(service, tables)

    @pages.get("/<uuid:letter_id>")
    @access.requires(Role.ADMINISTRATOR)
    def show(letter_id: UUID) -> ResponseReturnValue:
        with current.transaction() as transaction:
            letter = seen(_letter(transaction.connection, tables, letter_id))
            transaction.audit("dead_letter.read", subject_type="dead_letter", subject_id=letter_id)
        return render_template("platform/dead_letter.html", service=service, letter=letter)

    @pages.route("/<uuid:letter_id>/redrive", methods=["GET", "POST"])
    @access.requires(Role.ADMINISTRATOR)
    def redrive(letter_id: UUID) -> ResponseReturnValue:
        def handled(reason: RedriveReason) -> None:
            with current.transaction() as transaction:
                dispatcher = current.service().dispatcher
                dead_letters.redrive(
                    letter_id, reason, transaction=transaction, dispatcher=dispatcher, subscriptions=subscriptions
                )

        return _decide(service, tables, letter_id, "redriven", _or_still_fails(handled))

    @pages.route("/<uuid:letter_id>/drop", methods=["GET", "POST"])
    @access.requires(Role.ADMINISTRATOR)
    def drop(letter_id: UUID) -> ResponseReturnValue:
        def dropped(reason: DropReason) -> None:
            with current.transaction() as transaction:
                dead_letters.drop(letter_id, reason, transaction=transaction, dispatcher=current.service().dispatcher)

        return _decide(service, tables, letter_id, "dropped", dropped)

    return pages


def _list_page(service: str, tables: PlatformTables) -> ResponseReturnValue:
    page = paging.requested()
    letters = tables.dead_letters.c
    asked = (
        sa.select(letters.id, letters.event_type, letters.event_id, letters.reason, letters.dead_lettered_at)
        .order_by(letters.dead_lettered_at, letters.id)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        at, last = datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))
        asked = asked.where((letters.dead_lettered_at > at) | ((letters.dead_lettered_at == at) & (letters.id > last)))
    rows = list(current.reading().execute(asked))
    shown = paging.paged(rows, page, [(row.dead_lettered_at.isoformat(), str(row.id)) for row in rows])
    return render_template(
        "platform/dead_letters.html",
        service=service,
        listeners=LISTENERS,
        letters=shown.items,
        at_limit=dead_letters.at_limit(current.reading(), tables),
        done=_DONE.get(request.args.get("done", "")),
        next_page_address=paging.next_address(shown.next_cursor) if shown.next_cursor else None,
    )


def _letter(connection: sa.Connection, tables: PlatformTables, letter_id: UUID) -> sa.Row[Any]:
    letters = tables.dead_letters
    letter = connection.execute(sa.select(letters).where(letters.c.id == letter_id)).one_or_none()
    if letter is None:
        raise NoSuchDeadLetter
    return letter


def _decide(
    service: str, tables: PlatformTables, letter_id: UUID, done: str, act: Callable[[Any], None]
) -> ResponseReturnValue:
    """Shows the page that asks for the reason, and runs the command once it is given."""
    schema, reasons = _DECISIONS[done]
    form = Form.received(schema(), request.form) if request.method == "POST" else Form(schema())
    if request.method == "POST" and form.is_valid:
        try:
            act(form.data["reason"])
        except StillFails as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".listed", done=done), code=303)
    letter = seen(_letter(current.reading(), tables, letter_id))
    items = [{"value": reason.value, "text": _(_WORDS[reason])} for reason in reasons]
    template = render_template(
        "platform/dead_letter_decision.html", service=service, letter=letter, form=form, reasons=items, done=done
    )
    return template, form.status


def _or_still_fails(act: Callable[[Any], None]) -> Callable[[Any], None]:
    """Converts any exception of the handler into StillFails, except for a missing dead letter or an unavailable
    database."""

    def acted(reason: Any) -> None:
        try:
            act(reason)
        except (NoSuchDeadLetter, sa.exc.OperationalError, sa.exc.InterfaceError):
            raise
        except Exception as error:
            logs.failure(error)
            raise StillFails from error

    return acted
