"""A referrer's own referrals: the list, and of each the receipt that becomes its status page."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema

from services.contracts.codes import ProgressStep, Question, WithdrawalReason
from services.intake.adapters import queries
from services.intake.application.withdraw_referral import WithdrawReferral
from services.intake.domain.content import ChildrensServicesReferral, Content
from services.intake.domain.referral import Referral, ReferralWithdrawn
from services.intake.entrypoints import (
    caller,
    consents,
    form_context,
    labels,
    own_referral,
    presenters,
    referral_state,
    summary,
)
from services.intake.entrypoints.consents import removable
from services.intake.entrypoints.form_pages import WRITERS
from services.intake.entrypoints.forms import (
    AnswerForm,
    ConsentForm,
    SafeContactForm,
    WithdrawalForm,
)
from services.intake.entrypoints.schema import AmendmentSchema, contact_from
from services.platform.errors import ApplicationError, Conflict, Stale
from services.platform.i18n import N_
from services.platform.initials import NO_NAME, initials
from services.platform.ui.forms import Form
from services.platform.web import access, current, paging

pages = Blueprint("status", __name__, url_prefix="/intake/referrals")


class OnlyConsent(Conflict):
    """A closed or withdrawn referral is withdrawn for another reason than consent."""

    title = N_("This referral is closed or withdrawn: only that consent was withdrawn can be reported")


@pages.get("")
@access.requires(*WRITERS)
def my_referrals() -> ResponseReturnValue:
    """What one wrote: drafts, and referrals newest first."""
    page = paging.requested()
    connection = current.reading()
    asking = caller.referred_by(current.identity())
    rows = queries.referrals_of(connection, asking, limit=page.limit + 1, after=page.after)
    shown = paging.paged(rows, page, [(row.received_at.isoformat(), str(row.id)) for row in rows])
    return render_template(
        "intake/my_referrals.html",
        referrals=[_line(row) for row in shown.items],
        drafts=[_draft(row) for row in queries.drafts_of(connection, staff_id=current.staff_id(), at=current.now())],
        kept=request.args.get("kept"),
        dropped=request.args.get("dropped") == "yes",
        next_page_address=paging.next_address(shown.next_cursor) if shown.next_cursor else None,
    )


@pages.get("/<uuid:referral_id>")
@access.requires(*WRITERS)
def show(referral_id: UUID) -> ResponseReturnValue:
    """The receipt: the reference, how far it has come, and a question if there is one."""
    referral = own_referral.found(referral_id)
    return _status_page(referral, _answer_form(referral))


@pages.get("/<uuid:referral_id>/answers")
@access.requires(*WRITERS)
def answers(referral_id: UUID) -> ResponseReturnValue:
    """What was sent, as it now is, section by section: to read, to print, and to change."""
    referral = own_referral.read(referral_id)
    values = AmendmentSchema().load(presenters.as_json(presenters.written(referral)))
    change = None if referral.withdrawal else partial(url_for, "change.section", referral_id=referral_id)
    parts = summary.parts(values, change=change, places=caller.place_names(current.identity()))
    return render_template(
        "intake/answers.html",
        referral=referral,
        state=_state(referral),
        parts=parts,
        answered=list(summary.answered(referral.content.answered)),
        changed=request.args.get("changed"),
        is_open=_is_open(referral),
    )


@pages.post("/<uuid:referral_id>/answer")
@access.requires(*WRITERS)
def answer(referral_id: UUID) -> ResponseReturnValue:
    """Sends the answer to a reviewer's question: a new version that adds the answer."""
    referral = own_referral.found(referral_id)
    form = Form.received(_answer_schema(referral), request.form)
    if form.is_valid and referral.progress.question_id:
        content = replace(_answered(referral, form.data), answers_question=referral.progress.question_id)
        # Facts are stored as text; the schema converts them back to codes.
        values = AmendmentSchema().load(presenters.as_json(presenters.written(replace(referral, content=content))))
        values["answers_question"] = referral.progress.question_id
        try:
            changed = own_referral.amend(referral_id, values, form.data["version"])
        except ApplicationError as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", referral_id=referral_id, changed=changed), code=303)
    return _status_page(referral, form)


@pages.get("/<uuid:referral_id>/withdraw")
@access.requires(*WRITERS)
def confirm_withdrawal(referral_id: UUID) -> ResponseReturnValue:
    return _withdraw_page(own_referral.found(referral_id), Form(WithdrawalForm()))


@pages.post("/<uuid:referral_id>/withdraw")
@access.requires(*WRITERS)
def withdraw(referral_id: UUID) -> ResponseReturnValue:
    referral = own_referral.found(referral_id)
    form = Form.received(WithdrawalForm(), request.form)
    if form.is_valid and _is_over(referral) and form.data["reason"] is not WithdrawalReason.CONSENT_WITHDRAWN:
        form.reject(OnlyConsent())
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
    referral = own_referral.found(referral_id)
    if not removable(referral):
        return redirect(url_for(".show", referral_id=referral_id), code=303)
    return _consent_page(referral, Form(ConsentForm(), {"version": referral.version}))


@pages.post("/<uuid:referral_id>/consent")
@access.requires(*WRITERS)
def remove_consent(referral_id: UUID) -> ResponseReturnValue:
    referral = own_referral.found(referral_id)
    form = Form.received(ConsentForm(), request.form)
    if form.is_valid:
        content = consents.without(referral, form.data["recipients"])
        values = AmendmentSchema().load(presenters.as_json(presenters.written(replace(referral, content=content))))
        try:
            changed = own_referral.amend(referral_id, values, form.data["version"])
        except Stale:
            raise
        except ApplicationError as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", referral_id=referral_id, changed=changed), code=303)
    return _consent_page(referral, form)


def _consent_page(referral: Referral, form: Form) -> ResponseReturnValue:
    page = render_template("intake/consent.html", form=form, referral=referral, recipients=consents.items(referral))
    return page, form.status


def _answer_schema(referral: Referral) -> Schema:
    """A question about contact is answered by the form's own questions, any other in words."""
    return SafeContactForm() if referral.progress.question is Question.SAFE_CONTACT else AnswerForm()


def _answer_form(referral: Referral) -> Form:
    """A question about contact shows the current contact answers, which the submitted ones replace."""
    if referral.progress.question is not Question.SAFE_CONTACT:
        return Form(AnswerForm())
    values = presenters.written(referral)
    return Form(SafeContactForm(), {"contact": values["contact"], "young_person": values.get("young_person", {})})


def _answered(referral: Referral, values: Mapping[str, Any]) -> Content:
    content = referral.content
    if referral.progress.question is not Question.SAFE_CONTACT:
        return replace(content, answer=values["answer"])
    who = {name: values["young_person"].get(name) for name in ("phone", "address", "postcode")}
    return replace(
        content,
        contact=contact_from(values["contact"]),
        young_person=replace(content.young_person, **who),
        answer=None,
    )


def _status_page(referral: Referral, form: Form) -> ResponseReturnValue:
    progress = referral.progress
    needed = referral.content.safeguarding.childrens_services_referral is ChildrensServicesReferral.NEEDED
    takes_consent_back = referral.withdrawal is None or referral.withdrawal.reason != WithdrawalReason.CONSENT_WITHDRAWN
    return render_template(
        "intake/status.html",
        form=form,
        referral=referral,
        is_receipt=progress.step is ProgressStep.RECEIVED and not referral.withdrawal,
        state=_state(referral),
        is_closed=progress.step is ProgressStep.CLOSED,
        may_report_consent=takes_consent_back,
        steps=_steps(referral),
        area=caller.areas(current.identity()).get(referral.area, referral.area),
        question=labels.label(progress.question) if progress.question else None,
        changed=request.args.get("changed"),
        in_danger=referral.content.immediate_danger == "yes",
        procedure=caller.locality().danger_procedure,
        referral_needed=needed,
        has_consent=bool(removable(referral)),
        asks_contact=progress.question is Question.SAFE_CONTACT,
        **form_context.of(current.identity()),
        is_open=_is_open(referral),
    ), form.status


def _steps(referral: Referral) -> list[dict[str, Any]]:
    """Newest first: the steps that it has come to, the request to withdraw it, and that it was received."""
    received = {"title": labels.label(ProgressStep.RECEIVED), "at": referral.received_at}
    since: list[dict[str, Any]] = [
        {"title": labels.label(step.step), "at": step.at} for step in queries.steps_of(current.reading(), referral.id)
    ]
    if referral.withdrawal:
        reason = labels.label(referral.withdrawal.reason)
        since.append({"title": _("Withdrawal requested"), "at": referral.withdrawal.at, "text": reason})
    return [*sorted(since, key=lambda step: step["at"], reverse=True), received]


def _withdraw_page(referral: Referral, form: Form) -> ResponseReturnValue:
    reasons, is_over = labels.items(WithdrawalReason), _is_over(referral)
    page = render_template("intake/withdraw.html", form=form, referral=referral, reasons=reasons, is_over=is_over)
    return page, form.status


def _is_open(referral: Referral) -> bool:
    return referral.progress.step in referral_state.OPEN


def _is_over(referral: Referral) -> bool:
    """Whether it is closed or withdrawn: its consent can still be taken back, and nothing else."""
    return referral.withdrawal is not None or referral.progress.step is ProgressStep.CLOSED


def _state(referral: Referral) -> str:
    withdrawn_at = referral.withdrawal.at if referral.withdrawal else None
    return referral_state.sentence(referral.progress.step, withdrawn_at=withdrawn_at)


def _line(row: queries.OwnReferral) -> dict[str, Any]:
    age = _("age %(age)s", age=row.age) if row.age is not None else _("age not known")
    asked = row.question is not None and row.withdrawn_at is None
    return vars(row) | {"who": f"{initials(row.name)}, {age}", "state": labels.label(row.step), "asked": asked}


def _draft(row: queries.Draft) -> dict[str, Any]:
    short = initials(next(iter(row.answers.get("young_person.name", ())), ""))
    who = _("the referral without a name") if short == NO_NAME else _("the referral of %(who)s", who=short)
    return vars(row) | {"who": who}
