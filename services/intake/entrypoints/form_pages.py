"""The referral form: one page, a page to check it, and the interruption when somebody is in danger now.

What was typed is kept on the server, in a draft of the person who typed it: on every "Continue", on "Save and finish
later", and when the session had ended before the form came.
"""

import hashlib
import hmac
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Unauthorized

from services.contracts.codes import Answer, Role
from services.intake.adapters import queries
from services.intake.application.check_referral import CheckReferral
from services.intake.application.drafts import DropDraft, NoSuchDraft, SaveDraft
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.entrypoints import caller, form_context, summary
from services.intake.entrypoints.forms import NOT_ANSWERS, ReferralForm, arranged
from services.intake.entrypoints.schema import ReferralSchema, content_from
from services.kernel.errors import RuleBroken
from services.kernel.web import access, current, problems

pages = Blueprint("form", __name__, url_prefix="/intake/referrals/new")

WRITERS = (Role.NAVIGATOR, Role.REFERRER)
_LATER = "later"


@pages.get("")
@access.requires(*WRITERS)
def begin() -> ResponseReturnValue:
    """An empty form; or with `?draft=` one that was begun."""
    wanted = request.args.get("draft")
    if wanted is None:
        return _form(ReferralForm(ReferralSchema()), uuid4())
    draft = _draft(_uuid(wanted))
    if draft.sent_as:
        return redirect(_status(draft.sent_as), code=303)
    form = ReferralForm(ReferralSchema())
    form.typed = _typed(draft)
    form.read()
    return _form(form, draft.id)


@pages.post("")
@access.requires(*WRITERS)
def go_on() -> ResponseReturnValue:
    """Keep what was typed; then check it, or leave it for later."""
    draft_id = _uuid(request.form.get("draft", ""))
    known = queries.draft_of(current.reading(), draft_id, staff_id=current.staff_id(), at=current.now())
    if known and known.sent_as:
        return redirect(_status(known.sent_as), code=303)
    current.handle(SaveDraft(draft_id=draft_id, staff_id=current.staff_id(), answers=_answers()))
    if request.form.get("act") == _LATER:
        return redirect(url_for("status.mine", kept="yes"), code=303)
    form = _checked(arranged(request.form))
    if form.has_errors:
        return _form(form, draft_id)
    danger = form.data["immediate_danger"] is Answer.YES
    return redirect(url_for(".danger" if danger else ".check", draft_id=draft_id), code=303)


@pages.get("/<uuid:draft_id>/danger")
@access.requires(*WRITERS)
def danger(draft_id: UUID) -> ResponseReturnValue:
    """What to do now. The referral is kept, and can be sent from here."""
    draft = _draft(draft_id)
    if draft.sent_as:
        return redirect(_status(draft.sent_as), code=303)
    return render_template("intake/danger.html", draft_id=draft_id, procedure=caller.locality().danger_procedure)


@pages.get("/<uuid:draft_id>/check")
@access.requires(*WRITERS)
def check(draft_id: UUID) -> ResponseReturnValue:
    draft = _draft(draft_id)
    if draft.sent_as:
        return redirect(_status(draft.sent_as), code=303)
    form = _checked(_typed(draft))
    if form.has_errors:
        return _form(form, draft_id)
    change = url_for(".begin", draft=draft_id)
    identity = current.identity()
    place = caller.place(identity, area=form.data.get("area"), site=form.data.get("site"))
    values = form.data | {"area": place.area}
    rows = list(summary.rows(values, change=change, places=caller.place_names(identity)))
    return render_template("intake/check.html", draft_id=draft_id, rows=rows, change=change)


@pages.post("/<uuid:draft_id>/send")
@access.requires(*WRITERS)
def send(draft_id: UUID) -> ResponseReturnValue:
    """Send the draft. However often it is sent, it is one referral."""
    draft = _draft(draft_id)
    if draft.sent_as:
        return redirect(_status(draft.sent_as), code=303)
    form = _checked(_typed(draft))
    if form.has_errors:
        return _form(form, draft_id)
    identity = current.identity()
    place = caller.place(identity, area=form.data.get("area"), site=form.data.get("site"))
    command = ReceiveReferral(
        content=content_from(form.data),
        source=caller.source_of(identity),
        referred_by=caller.referred_by(identity),
        area=place.area,
        site=place.site,
        draft_id=draft_id,
    )
    answer = current.handle_once(command, key=f"draft-{draft_id}", answer=(303, _status(command.referral_id)))
    return redirect(answer.location, code=303)


@pages.post("/<uuid:draft_id>/drop")
@access.requires(*WRITERS)
def drop(draft_id: UUID) -> ResponseReturnValue:
    current.handle(DropDraft(draft_id=draft_id, staff_id=current.staff_id()))
    return redirect(url_for("status.mine", dropped="yes"), code=303)


@pages.errorhandler(Unauthorized)
def signed_out(error: Unauthorized) -> ResponseReturnValue:
    """The session ended while the form was open: keep what was typed for the person to whom the form was given."""
    draft_id, staff_id = request.form.get("draft", ""), request.form.get("staff", "")
    sent = request.form.get("form_key", "").encode("utf-8", "replace")
    ours = hmac.compare_digest(_form_key(draft_id, staff_id).encode(), sent)
    if request.method == "GET" or not ours:
        return problems.sign_in_first(error)
    command = SaveDraft(draft_id=UUID(draft_id), staff_id=UUID(staff_id), answers=_answers())
    current.site().dispatcher.handle(command, actor=UUID(staff_id), correlation_id=current.correlation_id())
    return render_template("intake/signed_out.html", back=f"/intake/referrals/new?draft={draft_id}"), 401


def _checked(typed: "MultiDict[str, str]") -> ReferralForm:
    """The form with everything that is wrong with it: in the fields, and in what they say together."""
    form = ReferralForm.received(ReferralSchema(), typed)
    if form.has_errors:
        return form  # type: ignore[return-value]
    identity = current.identity()
    try:
        caller.place(identity, area=form.data.get("area"), site=form.data.get("site"))
        content = content_from(form.data)
        current.handle(CheckReferral(content=content, referring=identity.organisation_class, referred_at=current.now()))
    except RuleBroken as fault:
        form.reject(fault)
    return form  # type: ignore[return-value]


def _form(form: Any, draft_id: UUID) -> ResponseReturnValue:
    staff_id = str(current.staff_id())
    hidden = {"draft": str(draft_id), "staff": staff_id, "form_key": _form_key(str(draft_id), staff_id)}
    context = form_context.of(current.identity())
    return render_template("intake/new.html", form=form, hidden=hidden, **context), form.status


def _draft(draft_id: UUID) -> queries.Draft:
    draft = queries.draft_of(current.reading(), draft_id, staff_id=current.staff_id(), at=current.now())
    if draft is None:
        raise NoSuchDraft
    return draft


def _answers() -> dict[str, list[str]]:
    return {name: values for name, values in request.form.lists() if name not in NOT_ANSWERS}


def _typed(draft: queries.Draft) -> "MultiDict[str, str]":
    return arranged(MultiDict(draft.answers))


def _form_key(draft_id: str, staff_id: str) -> str:
    """Shows that this form was given out by us, for this draft, to this person."""
    said = f"intake.form {draft_id} {staff_id}".encode()
    return hmac.new(current.site().secret_key, said, hashlib.sha256).hexdigest()


def _status(referral_id: UUID) -> str:
    return url_for("status.show", referral_id=referral_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchDraft from None
