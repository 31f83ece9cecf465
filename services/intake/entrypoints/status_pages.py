"""A referrer's own referrals: the list, and of each the receipt that becomes its status page."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from services.contracts.codes import ProgressStep, Question, WithdrawalReason
from services.intake.adapters import queries
from services.intake.application.amend_referral import AmendReferral
from services.intake.application.withdraw_referral import WithdrawReferral
from services.intake.domain.content import ChildrensServicesReferral, Content
from services.intake.domain.referral import NoSuchReferral, Referral, ReferralWithdrawn
from services.intake.entrypoints import caller, consents, form_context, presenters, summary, wording
from services.intake.entrypoints.consents import removable
from services.intake.entrypoints.form_pages import WRITERS
from services.intake.entrypoints.forms import (
    AnswerForm,
    ConsentForm,
    ReferralForm,
    SafeContactForm,
    WithdrawalForm,
    arranged,
)
from services.intake.entrypoints.schema import AmendmentSchema, contact_from, content_from
from services.kernel.errors import RuleBroken, Stale
from services.kernel.ui.forms import Form
from services.kernel.web import access, current, paging

pages = Blueprint("status", __name__, url_prefix="/intake/referrals")

_OWN = "own_referral"


@pages.get("")
@access.requires(*WRITERS)
def mine() -> ResponseReturnValue:
    """What one wrote: drafts, and referrals newest first."""
    page = paging.requested()
    connection = current.reading()
    asking = caller.referred_by(current.identity())
    rows = queries.referrals_of(connection, asking, limit=page.limit + 1, after=page.after)
    shown = paging.paged(rows, page, [(row.received_at.isoformat(), str(row.id)) for row in rows])
    return render_template(
        "intake/mine.html",
        referrals=[vars(row) | {"state": _state(row)} for row in shown.items],
        drafts=queries.drafts_of(connection, staff_id=current.staff_id(), at=current.now()),
        kept=request.args.get("kept") == "yes",
        dropped=request.args.get("dropped") == "yes",
        next_page_address=paging.next_address(shown.next_cursor) if shown.next_cursor else None,
    )


@pages.get("/<uuid:referral_id>")
@access.requires(*WRITERS)
def show(referral_id: UUID) -> ResponseReturnValue:
    """The receipt: the reference, how far it has come, and a question if there is one."""
    referral = _own(referral_id)
    return _status_page(referral, _answer_form(referral))


@pages.get("/<uuid:referral_id>/answers")
@access.requires(*WRITERS)
def answers(referral_id: UUID) -> ResponseReturnValue:
    """What was sent, as it now is. A person's record: the reading is audited."""
    with current.transaction() as transaction:
        referral = queries.referral_of(transaction.connection, referral_id, caller.referred_by(current.identity()))
        if referral is None:
            raise NoSuchReferral
        transaction.audit("referral.read", subject_type="referral", subject_id=referral_id, reason=_OWN)
    values = AmendmentSchema().load(presenters.as_json(presenters.written(referral)))
    rows = list(summary.rows(values | {"answer": None}, places=caller.place_names(current.identity())))
    rows += summary.answered(referral.content.answered)
    return render_template("intake/answers.html", referral=referral, rows=rows)


@pages.get("/<uuid:referral_id>/change")
@access.requires(*WRITERS)
def change(referral_id: UUID) -> ResponseReturnValue:
    """The form with what was sent."""
    with current.transaction() as transaction:
        referral = queries.referral_of(transaction.connection, referral_id, caller.referred_by(current.identity()))
        if referral is None:
            raise NoSuchReferral
        transaction.audit("referral.read", subject_type="referral", subject_id=referral_id, reason=_OWN)
    if referral.withdrawal:
        return redirect(url_for(".show", referral_id=referral_id), code=303)
    values = {name: value for name, value in presenters.written(referral).items() if name != "answer"}
    return _change_page(referral, ReferralForm.filled(AmendmentSchema(), values), version=str(referral.version))


@pages.post("/<uuid:referral_id>/change")
@access.requires(*WRITERS)
def save(referral_id: UUID) -> ResponseReturnValue:
    referral = _own(referral_id)
    typed = arranged(request.form)
    if not typed.get("answer", "").strip() and referral.progress.question is not Question.SAFE_CONTACT:
        typed.poplist("answers_question")
    version = request.form.get("version", "")
    form = ReferralForm.received(AmendmentSchema(), typed)
    if not form.has_errors:
        try:
            current.handle(_amendment(referral_id, form.data, version))
        except Stale:
            raise
        except RuleBroken as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", referral_id=referral_id, changed="yes"), code=303)
    return _change_page(referral, form, version=version)


@pages.post("/<uuid:referral_id>/answer")
@access.requires(*WRITERS)
def answer(referral_id: UUID) -> ResponseReturnValue:
    """The answer to a reviewer's question: a new version with what was said before and the answer."""
    referral = _own(referral_id)
    form = Form.received(_answer_schema(referral), request.form)
    if form.is_valid and referral.progress.question_id:
        content = replace(_answered(referral, form.data), answers_question=referral.progress.question_id)
        # Facts are kept as text; the schema gives them their codes again.
        values = AmendmentSchema().load(presenters.as_json(presenters.written(replace(referral, content=content))))
        values["answers_question"] = referral.progress.question_id
        try:
            current.handle(_amendment(referral_id, values, str(form.data["version"])))
        except RuleBroken as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", referral_id=referral_id, changed="yes"), code=303)
    return _status_page(referral, form)


@pages.get("/<uuid:referral_id>/withdraw")
@access.requires(*WRITERS)
def ask_why(referral_id: UUID) -> ResponseReturnValue:
    return _withdraw_page(_own(referral_id), Form(WithdrawalForm()))


@pages.post("/<uuid:referral_id>/withdraw")
@access.requires(*WRITERS)
def withdraw(referral_id: UUID) -> ResponseReturnValue:
    referral = _own(referral_id)
    form = Form.received(WithdrawalForm(), request.form)
    if not form.is_valid:
        return _withdraw_page(referral, form)
    asking = caller.referred_by(current.identity())
    with suppress(ReferralWithdrawn):  # sent twice: it is withdrawn, as was asked
        current.handle(WithdrawReferral(referral_id=referral_id, reason=form.data["reason"], asking=asking))
    return redirect(url_for(".show", referral_id=referral_id), code=303)


@pages.get("/<uuid:referral_id>/consent")
@access.requires(*WRITERS)
def consent(referral_id: UUID) -> ResponseReturnValue:
    """Which service consent was taken back for."""
    referral = _own(referral_id)
    if not removable(referral):
        return redirect(url_for(".show", referral_id=referral_id), code=303)
    return _consent_page(referral, Form(ConsentForm(), {"version": referral.version}))


@pages.post("/<uuid:referral_id>/consent")
@access.requires(*WRITERS)
def remove_consent(referral_id: UUID) -> ResponseReturnValue:
    referral = _own(referral_id)
    form = Form.received(ConsentForm(), request.form)
    if form.is_valid:
        content = consents.without(referral, form.data["recipients"])
        values = AmendmentSchema().load(presenters.as_json(presenters.written(replace(referral, content=content))))
        try:
            current.handle(_amendment(referral_id, values, str(form.data["version"])))
        except Stale:
            raise
        except RuleBroken as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", referral_id=referral_id, changed="yes"), code=303)
    return _consent_page(referral, form)


def _consent_page(referral: Referral, form: Form) -> ResponseReturnValue:
    page = render_template("intake/consent.html", form=form, referral=referral, recipients=consents.items(referral))
    return page, form.status


def _answer_schema(referral: Referral) -> Schema:
    """A question about contact is answered by the form's own questions, any other in words."""
    return SafeContactForm() if referral.progress.question is Question.SAFE_CONTACT else AnswerForm()


def _answer_form(referral: Referral) -> Form:
    """What was said of contact stands in it: it is replaced by what is sent."""
    if referral.progress.question is not Question.SAFE_CONTACT:
        return Form(AnswerForm())
    said = presenters.written(referral)
    return Form(SafeContactForm(), {"contact": said["contact"], "young_person": said.get("young_person", {})})


def _answered(referral: Referral, said: Mapping[str, Any]) -> Content:
    content = referral.content
    if referral.progress.question is not Question.SAFE_CONTACT:
        return replace(content, answer=said["answer"])
    who = {name: said["young_person"].get(name) for name in ("phone", "address", "postcode")}
    return replace(
        content,
        contact=contact_from(said["contact"]),
        young_person=replace(content.young_person, **who),
        answer=None,
    )


def _own(referral_id: UUID) -> Referral:
    referral = queries.referral_of(current.reading(), referral_id, caller.referred_by(current.identity()))
    if referral is None:
        raise NoSuchReferral
    return referral


def _amendment(referral_id: UUID, values: dict[str, Any], version: str) -> AmendReferral:
    identity = current.identity()
    place = caller.place(identity, area=values["area"], site=values.get("site")) if values.get("area") else None
    return AmendReferral(
        referral_id=referral_id,
        expected_version=int(version) if version.isascii() and version.isdecimal() else 0,
        content=content_from(values),
        asking=caller.referred_by(identity),
        area=place.area if place else None,
        site=values.get("site"),
    )


def _status_page(referral: Referral, form: Form) -> ResponseReturnValue:
    progress = referral.progress
    needed = referral.content.safeguarding.childrens_services_referral is ChildrensServicesReferral.NEEDED
    return render_template(
        "intake/status.html",
        form=form,
        referral=referral,
        step=wording.word(progress.step),
        steps=_steps(referral),
        area=caller.areas(current.identity()).get(referral.area, referral.area),
        question=wording.word(progress.question) if progress.question else None,
        changed=request.args.get("changed") == "yes",
        in_danger=referral.content.immediate_danger == "yes",
        procedure=caller.locality().danger_procedure,
        referral_needed=needed,
        has_consent=bool(removable(referral)),
        asks_contact=progress.question is Question.SAFE_CONTACT,
        **form_context.of(current.identity()),
        is_open=progress.step in (ProgressStep.RECEIVED, ProgressStep.BEING_READ),
    ), form.status


def _steps(referral: Referral) -> list[dict[str, Any]]:
    """Newest first; the step that it stands at, and that it was received."""
    steps = [
        {"title": wording.word(step.step), "at": step.at} for step in queries.steps_of(current.reading(), referral.id)
    ]
    steps.append({"title": wording.word(ProgressStep.RECEIVED), "at": referral.received_at})
    return steps


def _change_page(referral: Referral, form: Any, *, version: str) -> ResponseReturnValue:
    progress = referral.progress
    hidden = {"version": version}
    if progress.question_id:
        hidden["answers_question"] = str(progress.question_id)
    return render_template(
        "intake/change.html",
        form=form,
        hidden=hidden,
        referral=referral,
        question=wording.word(progress.question) if progress.question else None,
        already_sent=request.args.get("sent") == "already",
        **form_context.of(current.identity()),
    ), form.status


def _withdraw_page(referral: Referral, form: Form) -> ResponseReturnValue:
    reasons = wording.items(WithdrawalReason)
    return render_template("intake/withdraw.html", form=form, referral=referral, reasons=reasons), form.status


def _state(row: queries.Mine) -> str:
    return wording.word(row.step)
