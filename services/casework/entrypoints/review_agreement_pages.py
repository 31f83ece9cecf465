"""Page: a second reviewer reads the proposal, and agrees or not."""

from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.casework.application.answer_proposal import AnswerProposal
from services.casework.domain.decision import NothingProposed, OwnProposal
from services.casework.domain.review import ReviewEnded, StaleReview
from services.casework.entrypoints import review_choices
from services.casework.entrypoints import review_presenters as present
from services.casework.entrypoints.review_forms import MAX_REASONS, AgreementBody
from services.casework.entrypoints.review_reading import Opened, opened, read_revision, reader
from services.contracts.codes import Role
from services.platform.errors import FieldError, Invalid
from services.platform.ui.forms import Form
from services.platform.web import access, current

pages = Blueprint("review_agreement", __name__, url_prefix="/casework/reviews/<uuid:review_id>/agreement")


@pages.get("")
@access.requires(Role.REVIEWER)
def answer(review_id: UUID) -> ResponseReturnValue:
    return _page(opened(review_id), Form(AgreementBody()))


@pages.post("")
@access.requires(Role.REVIEWER)
def send(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(AgreementBody(), request.form)
    if form.is_valid:
        command = AnswerProposal(review_id=review_id, reader=reader(), revision=read_revision(), **form.data)
        done = url_for("reviews.show", review_id=review_id, done="agreed" if command.agree else "refused")
        try:
            return redirect(_once(command, done), code=303)
        except (ReviewEnded, NothingProposed, OwnProposal):
            return redirect(url_for("reviews.show", review_id=review_id, done="answered"), code=303)
        except StaleReview as error:
            form.reject(error)
        except Invalid as error:
            # The proposed pathway is no longer possible, so nobody can agree to the proposal unchanged.
            form.reject(Invalid(errors=[FieldError("/agree", error.detail or error.title)]))
    return _page(opened(review_id), form)


def _once(command: AnswerProposal, address: str) -> str:
    return current.handle_once(command, answer=(303, address), key=request.form.get("key", "")).location


def _page(found: Opened, form: Form) -> ResponseReturnValue:
    review = present.page(found, current.staff_id(), current.now())
    if review.proposal is None or not review.is_open:
        return redirect(url_for("reviews.show", review_id=found.review.id), code=303)
    page = render_template(
        "casework/review_agreement.html",
        review=review,
        referral=present.sections(found.whole),
        danger=review_choices.danger_procedure(),
        form=form,
        answers=[{"value": "yes", "text": _("Yes, I agree")}, {"value": "no", "text": _("No, I do not agree")}],
        maximum=MAX_REASONS,
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status
