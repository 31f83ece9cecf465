"""Changing a referral that was sent: one section of it, or the whole form."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from services.contracts.codes import Question
from services.intake.domain.referral import Referral
from services.intake.entrypoints import form_context, labels, own_referral, presenters, section_page, sections
from services.intake.entrypoints.form_pages import WRITERS
from services.intake.entrypoints.forms import ReferralForm, arranged
from services.intake.entrypoints.schema import AmendmentSchema
from services.platform.errors import ApplicationError, Stale
from services.platform.ui.forms import Form
from services.platform.web import access, current, etag

pages = Blueprint("change", __name__, url_prefix="/intake/referrals/<uuid:referral_id>/change")


@pages.get("")
@access.requires(*WRITERS)
def whole(referral_id: UUID) -> ResponseReturnValue:
    """The form with what was sent."""
    referral = own_referral.read(referral_id)
    if referral.withdrawal:
        return redirect(url_for("status.show", referral_id=referral_id), code=303)
    return _whole_page(referral, _filled(referral), version=referral.version)


@pages.post("")
@access.requires(*WRITERS)
def save_whole(referral_id: UUID) -> ResponseReturnValue:
    referral = own_referral.found(referral_id)
    typed = arranged(request.form)
    if not typed.get("answer", "").strip() and referral.progress.question is not Question.SAFE_CONTACT:
        typed.poplist("answers_question")
    version = etag.form_version()
    form = ReferralForm.received(AmendmentSchema(), typed)
    if changed := _amended(referral_id, form, version):
        return redirect(url_for("status.show", referral_id=referral_id, changed=changed), code=303)
    return _whole_page(referral, form, version=version)


@pages.get("/<key>")
@access.requires(*WRITERS)
def section(referral_id: UUID, key: str) -> ResponseReturnValue:
    """The questions of one section, with what was sent."""
    keys = sections.shown(key, MultiDict())
    referral = own_referral.read(referral_id)
    if referral.withdrawal:
        return redirect(url_for("status.show", referral_id=referral_id), code=303)
    return _section_page(referral, _filled(referral), keys, version=referral.version)


@pages.post("/<key>")
@access.requires(*WRITERS)
def save_section(referral_id: UUID, key: str) -> ResponseReturnValue:
    """Save one section. Where it contradicts another one, that one is shown beside it, and sent with it the next time."""
    referral = own_referral.found(referral_id)
    keys = sections.shown(key, request.form)
    typed = sections.replaced(_filled(referral).typed, arranged(request.form), keys)
    if "contact" in keys and referral.progress.question is Question.SAFE_CONTACT:
        typed["answers_question"] = str(referral.progress.question_id)
    version = etag.form_version()
    form = ReferralForm.received(AmendmentSchema(), typed)
    if changed := _amended(referral_id, form, version):
        return redirect(url_for("status.answers", referral_id=referral_id, changed=changed), code=303)
    return _section_page(referral, form, keys, version=version)


def _filled(referral: Referral) -> ReferralForm:
    values = {name: value for name, value in presenters.written(referral).items() if name != "answer"}
    return ReferralForm.filled(AmendmentSchema(), values)


def _amended(referral_id: UUID, form: Form, version: int) -> str | None:
    """Whether the form changed the referral: "yes" or "no". None if it was refused: the form has the errors. Raises Stale."""
    if form.has_errors:
        return None
    try:
        return own_referral.amend(referral_id, form.data, version)
    except Stale:
        raise
    except ApplicationError as fault:
        form.reject(fault)
        return None


def _whole_page(referral: Referral, form: Form, *, version: int) -> ResponseReturnValue:
    progress = referral.progress
    hidden = {"version": str(version)}
    if progress.question_id:
        hidden["answers_question"] = str(progress.question_id)
    return render_template(
        "intake/change.html",
        form=form,
        hidden=hidden,
        referral=referral,
        question=labels.label(progress.question) if progress.question else None,
        already_sent=request.args.get("sent") == "already",
        **form_context.of(current.identity()),
    ), form.status


def _section_page(referral: Referral, form: ReferralForm, keys: list[str], *, version: int) -> ResponseReturnValue:
    back = url_for("status.answers", referral_id=referral.id)
    return section_page.show(form, keys, caption=referral.reference, hidden={"version": str(version)}, back=back)
