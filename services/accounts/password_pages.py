"""The page on which a person replaces their one-time password, before they are signed in."""

from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import fields

from services.accounts import browsers, passwords, queries
from services.accounts.one_time_passwords import ChoosePassword, SamePassword, Tickets
from services.accounts.settings import LIMITS, Limits
from services.platform.errors import ApplicationError, FieldError, Invalid, NotFound
from services.platform.i18n import N_
from services.platform.ui.forms import Form
from services.platform.web import access, current, redirects
from services.platform.web.fields import StrictSchema

pages = Blueprint("passwords", __name__, url_prefix="/accounts")

_MAX_CHARACTERS = 200


class NewPasswordForm(StrictSchema):
    ticket = fields.String(required=True)
    # Unchanged: a password may begin or end with a space.
    password = fields.String(required=True, error_messages={"required": N_("Enter a new password")})
    again = fields.String(required=True, error_messages={"required": N_("Enter the new password again")})


class TooShort(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/password", N_("Enter a longer password: it has too few characters"))])


class TooLong(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/password", N_("Enter a password of at most 200 characters"))])


class NotTheSame(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/again", N_("Enter the same password twice"))])


def limits() -> Limits:
    found: Limits = current_app.extensions[LIMITS]
    return found


def ask(stored: queries.StoredPassword) -> ResponseReturnValue:
    """Returns the page that asks for a new password, after a correct one-time password."""
    return _page(Form(NewPasswordForm()), Tickets(current.service().secret_key).ticket(stored.staff_id, stored.hash))


@pages.post("/new-password")
@access.public  # the ticket identifies the person: they are not signed in yet
def choose() -> ResponseReturnValue:
    if not current.service().demonstration:
        raise NotFound
    form = Form.received(NewPasswordForm(), request.form)
    ticket = request.form.get("ticket", "")
    staff_id, stored = Tickets(current.service().secret_key).holder(current.reading(), ticket)
    current.close_reading()
    if form.is_valid:
        try:
            _check(form.data, stored)
        except ApplicationError as error:
            form.reject(error)
    if not form.is_valid:
        return _page(form, ticket)
    new = ChoosePassword(staff_id=staff_id, replaces=stored, password_hash=passwords.hashed(form.data["password"]))
    current.handle(new)
    return browsers.signed_in(browsers.begin(staff_id), redirects.safe(request.args.get("next")))


def _check(data: dict[str, Any], stored: str) -> None:
    """Raises TooShort, TooLong, NotTheSame, SamePassword."""
    password = data["password"]
    if len(password) < limits().password_characters:
        raise TooShort
    if len(password) > _MAX_CHARACTERS:
        raise TooLong
    if password != data["again"]:
        raise NotTheSame
    if passwords.fits(password, stored):
        raise SamePassword


def _page(form: Form, ticket: str) -> ResponseReturnValue:
    page = render_template(
        "accounts/new_password.html",
        form=form,
        ticket=ticket,
        minimum=limits().password_characters,
        next=redirects.safe(request.args.get("next")),
    )
    return page, form.status
