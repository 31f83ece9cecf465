"""The referral form: one page, a page to check it, and the interruption for immediate danger.

Answers are stored on the server in a draft of their author: on every "Continue", on "Save and finish
later", and when the session had ended before the form came.
"""

import hashlib
import hmac
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Unauthorized

from services.contracts.codes import Answer, Role
from services.intake.adapters import queries
from services.intake.application.drafts import DeleteDraft, DraftChanged, NoSuchDraft, SaveDraft, is_filled
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.application.validate_referral import ValidateReferral
from services.intake.entrypoints import caller, form_context, summary
from services.intake.entrypoints.forms import NOT_ANSWERS, ReferralForm, arranged
from services.intake.entrypoints.schema import ReferralSchema, content_from
from services.platform.errors import ApplicationError
from services.platform.web import access, csrf, current, etag, problems, unsent

pages = Blueprint("form", __name__, url_prefix="/intake/referrals/new")

WRITERS = (Role.NAVIGATOR, Role.REFERRER)
_LATER, _AUTOSAVE = "later", "autosave"


@pages.get("")
@access.requires(*WRITERS)
def new() -> ResponseReturnValue:
    """An empty form; or with `?draft=` one that was begun."""
    wanted = request.args.get("draft")
    form = ReferralForm(ReferralSchema())
    if wanted is None:
        return _form(form, uuid4(), version=0)
    draft = draft_of(_uuid(wanted))
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    form.restore(MultiDict(draft.answers))
    return _form(form, draft.id, version=draft.version)


@pages.post("")
@access.requires(*WRITERS)
def save_and_continue() -> ResponseReturnValue:
    """Save what was typed; then check it, or leave it for later."""
    draft_id, act = _uuid(request.form.get("draft", "")), request.form.get("act")
    stored = queries.draft_of(current.reading(), draft_id, staff_id=current.staff_id(), at=current.now())
    if stored and stored.sent_as:
        return _typed_after_sending(stored.sent_as)
    try:
        version: int = current.handle(save_command(draft_id, current.staff_id()))
    except DraftChanged:
        return _changed_elsewhere(draft_id)
    if act == _AUTOSAVE:
        return {"version": version}
    if act == _LATER:
        return redirect(url_for("status.my_referrals", kept="yes" if version else "no"), code=303)
    form = checked(arranged(request.form))
    if form.has_errors:
        return _form(form, draft_id, version=version)
    danger = form.data["immediate_danger"] is Answer.YES
    return redirect(url_for(".danger" if danger else ".check", draft_id=draft_id), code=303)


@pages.get("/<uuid:draft_id>/danger")
@access.requires(*WRITERS)
def danger(draft_id: UUID) -> ResponseReturnValue:
    """Shows what to do now. The draft is saved and can be sent from here."""
    draft = draft_of(draft_id)
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    place = caller.locality()
    return render_template(
        "intake/danger.html", draft_id=draft_id, procedure=place.danger_procedure, contacts=place.danger_contacts
    )


@pages.get("/<uuid:draft_id>/check")
@access.requires(*WRITERS)
def check(draft_id: UUID) -> ResponseReturnValue:
    draft = draft_of(draft_id)
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    form = checked(_typed(draft))
    if form.has_errors:
        return _form(form, draft_id, version=draft.version)
    identity = current.identity()
    place = caller.place(identity, area=form.data.get("area"), site=form.data.get("site"))
    values = form.data | {"area": place.area}
    change = partial(url_for, "draft_section.show", draft_id=draft_id)
    parts = summary.parts(values, change=change, places=caller.place_names(identity))
    return render_template("intake/check.html", draft_id=draft_id, parts=parts, back=url_for(".new", draft=draft_id))


@pages.post("/<uuid:draft_id>/send")
@access.requires(*WRITERS)
def send(draft_id: UUID) -> ResponseReturnValue:
    """Send the draft. However often it is sent, it is one referral."""
    draft = draft_of(draft_id)
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    form = checked(_typed(draft))
    if form.has_errors:
        return _form(form, draft_id, version=draft.version)
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
    answer = current.handle_once(command, key=f"draft-{draft_id}", answer=(303, status_address(command.referral_id)))
    return redirect(answer.location, code=303)


@pages.post("/<uuid:draft_id>/drop")
@access.requires(*WRITERS)
def drop(draft_id: UUID) -> ResponseReturnValue:
    current.handle(DeleteDraft(draft_id=draft_id, staff_id=current.staff_id()))
    return redirect(url_for("status.my_referrals", dropped="yes"), code=303)


@pages.errorhandler(Unauthorized)
def signed_out(error: Unauthorized) -> ResponseReturnValue:
    """The session ended while the form was open: save what was typed for the person to whom the form was given."""
    draft_id = _save_for_owner()
    if draft_id is None:
        return problems.sign_in_first(error)
    return render_template("intake/signed_out.html", back=url_for(".new", draft=draft_id)), 401


@pages.errorhandler(csrf.ForeignForm)
def session_changed(error: csrf.ForeignForm) -> ResponseReturnValue:
    """They signed in anew in another tab, so this tab's token is an old one: save what was typed, and show it again."""
    draft_id = _save_for_owner() if current.identity_or_none() else None
    return redirect(url_for(".new", draft=draft_id), code=303) if draft_id else problems.refuse(error)


def _save_for_owner() -> UUID | None:
    """Save the form that was sent as a draft of the person it was given to; None when it is empty, or not of ours.

    Where another tab has changed the draft since, what was typed here becomes a draft of its own.
    """
    if not is_filled(_answers()):
        return None
    draft_id, staff_id = request.form.get("draft", ""), request.form.get("staff", "")
    sent = request.form.get("form_key", "").encode("utf-8", "replace")
    ours = hmac.compare_digest(_form_key(draft_id, staff_id).encode(), sent)
    if request.method == "GET" or not ours:
        return None
    owner, saved = UUID(staff_id), UUID(draft_id)
    dispatcher, correlation_id = current.service().dispatcher, current.correlation_id()
    try:
        dispatcher.handle(save_command(saved, owner), actor=owner, correlation_id=correlation_id)
    except (DraftChanged, NoSuchDraft):
        saved = uuid4()
        dispatcher.handle(
            replace(save_command(saved, owner), expected_version=0), actor=owner, correlation_id=correlation_id
        )
    return saved


def save_command(draft_id: UUID, staff_id: UUID) -> SaveDraft:
    return SaveDraft(
        draft_id=draft_id,
        staff_id=staff_id,
        answers=_answers(),
        expected_version=etag.form_version("draft_version"),
    )


def _changed_elsewhere(draft_id: UUID) -> ResponseReturnValue:
    """Show this tab's answers, name those that another tab saved differently, and let the person choose."""
    draft = draft_of(draft_id)
    if request.form.get("act") == _AUTOSAVE:
        return {"version": draft.version, "changed": True}, 409
    form = ReferralForm(ReferralSchema())
    form.restore(request.form)
    form.reject(DraftChanged())
    conflict = {"saved_at": draft.saved_at, "questions": summary.different(_answers(), draft.answers)}
    return _form(form, draft_id, version=draft.version, conflict=conflict)


def _typed_after_sending(referral_id: UUID) -> ResponseReturnValue:
    """The draft was sent from another tab. What this tab holds beyond it is offered on the page that changes a referral."""
    form = checked(arranged(request.form))
    referral = queries.referral_of(current.reading(), referral_id, caller.referred_by(current.identity()))
    if referral is None or (not form.has_errors and content_from(form.data) == referral.content):
        return redirect(status_address(referral_id), code=303)
    change = url_for("change.whole", referral_id=referral_id)
    unsent.store(change, _answers())
    return redirect(f"{change}?sent=already", code=303)


def checked(typed: "MultiDict[str, str]") -> ReferralForm:
    """Returns the form with all its errors: of single fields and between fields."""
    form = ReferralForm.received(ReferralSchema(), typed)
    if form.has_errors:
        return form
    identity = current.identity()
    try:
        caller.place(identity, area=form.data.get("area"), site=form.data.get("site"))
        content = content_from(form.data)
        current.handle(
            ValidateReferral(content=content, referring=identity.organisation_class, referred_at=current.now())
        )
    except ApplicationError as fault:
        form.reject(fault)
    return form


def _form(form: Any, draft_id: UUID, *, version: int, conflict: Any = None) -> ResponseReturnValue:
    """The form's draft has storage of its own, so its text is not stored as unsent text as well."""
    unsent.switch_off()
    staff_id = str(current.staff_id())
    hidden = {
        "draft": str(draft_id),
        "draft_version": str(version),
        "staff": staff_id,
        "form_key": _form_key(str(draft_id), staff_id),
    }
    context = form_context.of(current.identity())
    page = render_template("intake/new.html", form=form, hidden=hidden, draft_id=draft_id, conflict=conflict, **context)
    return page, 409 if conflict else form.status


def draft_of(draft_id: UUID) -> queries.Draft:
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
    payload = f"intake.form {draft_id} {staff_id}".encode()
    return hmac.new(current.service().secret_key, payload, hashlib.sha256).hexdigest()


def status_address(referral_id: UUID) -> str:
    return url_for("status.show", referral_id=referral_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchDraft from None
