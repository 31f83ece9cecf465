"""Sign in, sign out, and list one's own sessions."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields

from services.accounts import audit_search, browsers, failed_sign_ins, password_pages, passwords, queries, wording
from services.accounts.sessions import EndAllSessions, EndSession, SwitchedOff, UnknownSession
from services.accounts.sign_in import ClearFailedSignIns, RecordFailedSignIn, SignInLocked, name_digest, plain_name
from services.accounts.tokens import RevokeToken
from services.platform.errors import FieldError, Invalid, NotFound
from services.platform.i18n import N_
from services.platform.ui.forms import Form
from services.platform.web import access, cookies, current, redirects
from services.platform.web.fields import Identifier, StrictSchema

pages = Blueprint("sign_in", __name__, url_prefix="/accounts")


class SignInForm(StrictSchema):
    sign_in_name = Identifier(maximum=100, required=True, ask=N_("Enter your sign-in name"))
    # Unchanged: a password may begin or end with a space.
    password = fields.String(required=True, error_messages={"required": N_("Enter your password")})


class NotKnown(Invalid):
    """The same response for a wrong name, a wrong password and an account that was switched off."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/sign_in_name", N_("The sign-in name or password is incorrect"))])


@pages.get("/sign-in")
@access.public
def ask() -> ResponseReturnValue:
    """Redirects a person who is signed in already."""
    if current.identity_or_none() is not None:
        return redirect(redirects.safe(request.args.get("next")), code=303)
    return _show(Form(SignInForm()))


@pages.post("/sign-in")
@access.public
def sign_in() -> ResponseReturnValue:
    if not current.service().demonstration:
        raise NotFound
    form = Form.received(SignInForm(), request.form)
    if not form.is_valid:
        return _show(form)
    try:
        stored = _known(form.data["sign_in_name"], form.data["password"])
        if stored.one_time_until is not None:
            return password_pages.ask(stored)
        made = browsers.begin(stored.staff_id)
    except (NotKnown, SwitchedOff):
        form.reject(NotKnown())
        return _show(form)
    except SignInLocked as error:
        form.reject(error)
        return _show(form, status=error.status, headers=error.headers)
    return browsers.signed_in(made, redirects.safe(request.args.get("next")))


@pages.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    """Ends the session for every service. Works for a session that has already expired."""
    identity = current.identity_or_none()
    if identity is not None:
        _end(UUID(identity.session_id))
    return _signed_out()


@pages.post("/sign-out-everywhere")
@access.signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    current.handle(EndAllSessions(staff_id=current.staff_id()))
    return _signed_out()


@pages.get("/signed-out")
@access.public
def signed_out() -> ResponseReturnValue:
    return render_template("accounts/signed_out.html")


@pages.get("/sessions")
@access.signed_in
def sessions() -> ResponseReturnValue:
    identity, at = current.identity(), current.now()
    connection = current.reading()
    return render_template(
        "accounts/sessions.html",
        sessions=queries.open_sessions(connection, identity.staff_id, at=at),
        tokens=queries.good_tokens(connection, identity.staff_id, at=at),
        scope_names=wording.SCOPES,
        this_session=identity.session_id,
    )


@pages.post("/sessions/renewal")
@access.signed_in
def renew() -> ResponseReturnValue:
    """Called by a page whose reader chose to stay signed in.

    Any request renews the session; this one returns for how long.
    """
    expires_at = current.identity().expires_at
    remaining = timedelta() if expires_at is None else expires_at - current.now()
    return {"seconds": max(0, int(remaining.total_seconds()))}


@pages.post("/sessions/<uuid:session_id>/end")
@access.signed_in
def end(session_id: UUID) -> ResponseReturnValue:
    current.handle(EndSession(staff_id=current.staff_id(), session_id=session_id))
    return redirect("/accounts/sessions", code=303)


@pages.post("/tokens/<uuid:token_id>/revoke")
@access.signed_in
def revoke(token_id: UUID) -> ResponseReturnValue:
    current.handle(RevokeToken(staff_id=current.staff_id(), token_id=token_id))
    return redirect("/accounts/sessions", code=303)


def _known(sign_in_name: str, password: str) -> queries.StoredPassword:
    """Returns whose password it is. Raises NotKnown or SignInLocked."""
    digest, name = name_digest(sign_in_name, current.service().secret_key), plain_name(sign_in_name)
    account = audit_search.staff_id(current.reading(), name)
    try:
        current.handle(RecordFailedSignIn(name_digest=digest))
    except SignInLocked:
        failed(account, "too_many_tries")
        raise
    found = queries.stored_password(current.reading(), name)
    current.close_reading()
    if not passwords.fits(password, None if found is None else found.hash) or found is None or _lapsed(found):
        failed(account, "unknown_account" if account is None else "wrong_password" if found else "not_by_password")
        raise NotKnown
    current.handle(ClearFailedSignIns(name_digest=digest))
    return found


def _lapsed(stored: queries.StoredPassword) -> bool:
    """The one-time password expired unused."""
    return stored.one_time_until is not None and stored.one_time_until <= current.now()


def failed(account: UUID | None, reason: str) -> None:
    """Audits that a sign-in failed, of this account if there is one."""
    context = current.service()
    current.close_reading()
    failed_sign_ins.record(
        context.database,
        at=current.now(),
        account=account,
        reason=reason,
        per_minute=context.audited_failures_per_minute,
    )


def _end(session_id: UUID) -> None:
    try:
        current.handle(EndSession(staff_id=current.staff_id(), session_id=session_id))
    except UnknownSession:
        return


def _signed_out() -> ResponseReturnValue:
    https = current.service().https
    response = redirect("/accounts/signed-out", code=303)
    cookies.remove(response, cookies.session_name(https=https), https=https)
    return response


def _provider_address() -> str | None:
    """Returns the address of the identity provider's sign-in, if there is one."""
    if "provider.leave" not in current_app.view_functions:
        return None
    wanted = redirects.safe(request.args.get("next"))
    return url_for("provider.leave", next=None if wanted == "/" else wanted)


def _show(form: Form, *, status: int | None = None, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        provider_address=_provider_address(),
        inactive=request.args.get("ended") == "inactive",
    )
    return Response(page, status=status or form.status, headers=headers)
