"""Pages: the second step of a review: the estimate with the own view, a decision, or a question to the referrer."""

from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from services.casework.adapters import review_queries
from services.casework.adapters.second_reviewer import another_reviews
from services.casework.application.decide_review import AskReferrer
from services.casework.application.extend_pause import ExtendPause, latest_day
from services.casework.application.record_own_view import Comparison, ShowEstimate
from services.casework.domain import routing
from services.casework.domain.case_clock import london_day
from services.casework.domain.review import (
    NoQuestionWaits,
    NotWhereThereIsDanger,
    OwnViewFirst,
    QuestionWaits,
    ReviewEnded,
    StaleReview,
)
from services.casework.entrypoints import review_choices, review_comparison
from services.casework.entrypoints import review_presenters as present
from services.casework.entrypoints.review_deciding import decide_once
from services.casework.entrypoints.review_forms import (
    MAX_REASONS,
    DecisionForm,
    LaterBody,
    OwnViewBody,
    QuestionBody,
)
from services.casework.entrypoints.review_labels import choices
from services.casework.entrypoints.review_pages import first_step
from services.casework.entrypoints.review_reading import Opened, opened, policy, read_revision, reader
from services.contracts.codes import DifferenceReason, Question, Role
from services.platform.errors import ApplicationError, FieldError, Invalid
from services.platform.ui import dates
from services.platform.ui.forms import Form
from services.platform.web import access, current

pages = Blueprint("review_decisions", __name__, url_prefix="/casework/reviews/<uuid:review_id>")


@pages.get("/estimate")
@access.requires(Role.REVIEWER)
def estimate(review_id: UUID) -> ResponseReturnValue:
    refuse_head()
    comparison = _comparison(review_id)
    if comparison is None:
        return _first_step(review_id)
    return _decision_page(opened(review_id), None, comparison)


@pages.get("/decision")
@access.requires(Role.REVIEWER)
def decision(review_id: UUID) -> ResponseReturnValue:
    found = opened(review_id)
    if found.own_view is None or not found.is_open:
        return _first_step(review_id)
    if found.own_view.shown_at is not None:
        # A decision cannot ignore an estimate that was seen.
        return redirect(url_for(".estimate", review_id=review_id), code=303)
    return _decision_page(found, None, None)


@pages.post("/decision")
@access.requires(Role.REVIEWER)
def decide(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(DecisionForm(), request.form)
    behind: ApplicationError = OwnViewFirst()
    if form.is_valid:
        try:
            done = url_for("reviews.show", review_id=review_id, done="decided")
            answer = decide_once(
                review_id, form.data, answer=(303, done), revision=read_revision(), key=request.form.get("key", "")
            )
            return redirect(answer.location, code=303)
        except ReviewEnded as error:
            return _ended(review_id, error)
        except (OwnViewFirst, StaleReview) as error:
            form.reject(error)
            behind = error
        except Invalid as error:
            form.reject(_at_questions(error))
    found = opened(review_id)
    if found.own_view is None:
        return _read_again(found, behind, typed=form.value("reasons"))
    seen = found.own_view.shown_at is not None
    # Shows the estimate again to a reviewer who has seen it or sent the form from its page.
    beside = _comparison(review_id) if seen or request.form.get("beside") == "estimate" else None
    return _decision_page(found, form, beside)


@pages.get("/question")
@access.requires(Role.REVIEWER)
def question(review_id: UUID) -> ResponseReturnValue:
    found = opened(review_id)
    if found.own_view is None or not found.is_open:
        return _first_step(review_id)
    return _question_page(found, Form(QuestionBody()))


@pages.post("/question")
@access.requires(Role.REVIEWER)
def ask(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(QuestionBody(), request.form)
    behind: ApplicationError = OwnViewFirst()
    if form.is_valid:
        done = url_for("reviews.show", review_id=review_id, done="asked")
        command = AskReferrer(review_id=review_id, reader=reader(), revision=read_revision(), **form.data)
        try:
            answer = current.handle_once(command, answer=(303, done), key=request.form.get("key", ""))
            return redirect(answer.location, code=303)
        except ReviewEnded as error:
            return _ended(review_id, error)
        except (NotWhereThereIsDanger, OwnViewFirst, QuestionWaits, StaleReview) as error:
            form.reject(error)
            behind = error
    found = opened(review_id)
    return _read_again(found, behind) if found.own_view is None else _question_page(found, form)


@pages.get("/later")
@access.requires(Role.REVIEWER)
def later(review_id: UUID) -> ResponseReturnValue:
    found = opened(review_id)
    if found.review.question is None or not found.is_open:
        return _first_step(review_id)
    return _later_page(found, Form(LaterBody()))


@pages.post("/later")
@access.requires(Role.REVIEWER)
def ask_later(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(LaterBody(), request.form)
    if form.is_valid:
        done = url_for("reviews.show", review_id=review_id, done="put_off")
        command = ExtendPause(review_id=review_id, reader=reader(), revision=read_revision(), **form.data)
        try:
            answer = current.handle_once(command, answer=(303, done), key=request.form.get("key", ""))
            return redirect(answer.location, code=303)
        except ReviewEnded as error:
            return _ended(review_id, error)
        except NoQuestionWaits:
            return _first_step(review_id)
        except (Invalid, StaleReview) as error:
            form.reject(error)
    found = opened(review_id)
    return _first_step(review_id) if found.review.question is None else _later_page(found, form)


def refuse_head() -> None:
    """Showing an estimate is recorded, so HEAD is rejected. Raises MethodNotAllowed."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])


def _comparison(review_id: UUID) -> Comparison | None:
    """Returns the own view and the estimate; None until this reviewer's own view is recorded."""
    try:
        shown: Comparison = current.handle(ShowEstimate(review_id=review_id, reader=reader()))
    except OwnViewFirst:
        return None
    return shown


def _read_again(found: Opened, behind: ApplicationError, *, typed: str = "") -> ResponseReturnValue:
    """Shows the current facts with what was typed, because there is no own view of them."""
    form = Form(OwnViewBody())
    form.reject(behind)
    return first_step(found, form, typed=typed)


def _first_step(review_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("reviews.show", review_id=review_id), code=303)


def _at_questions(error: Invalid) -> Invalid:
    """Assigns errors without a field to the pathway."""
    if not error.errors:
        error.errors = (FieldError("/pathway", error.detail or error.title),)
    return error


def _decision_page(found: Opened, form: Form | None, comparison: Comparison | None) -> ResponseReturnValue:
    connection = current.reading()
    subject = review_queries.subject(connection, found.review.referral_id, on=london_day(current.now()))
    routes = routing.routes(subject, review_queries.teams_known(connection))
    danger = found.review.danger
    besides = {current.staff_id(), found.review.referred_by}
    second_reviewer = not danger or another_reviews(connection, found.review.area, besides=besides)
    review = present.page(found, current.staff_id(), current.now())
    page = render_template(
        "casework/review_estimate.html" if comparison else "casework/review_decision.html",
        review=review,
        own_view=present.view(comparison.own_view if comparison else found.own_view),
        shown=review_comparison.shown(comparison.estimate, area=found.whole.area_name) if comparison else None,
        replaced=review_comparison.replaced(comparison.own_view) if comparison else [],
        form=form or Form(DecisionForm()),
        proposal=review_choices.proposal(subject),
        destinations=review_choices.destinations(routes, danger=danger, second_reviewer=second_reviewer),
        missing_bases=review_choices.missing_bases(routes, review.bases_href),
        levels=review_choices.levels(danger=danger, second_reviewer=second_reviewer),
        second_reviewer=second_reviewer,
        danger=review_choices.danger_procedure(),
        differences=choices(DifferenceReason),
        maximum=MAX_REASONS,
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status if form else 200


def _question_page(found: Opened, form: Form) -> ResponseReturnValue:
    page = render_template(
        "casework/review_question.html",
        review=present.page(found, current.staff_id(), current.now()),
        form=form,
        questions=choices(Question),
        max_days=policy().pause_working_days,
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status


def _later_page(found: Opened, form: Form) -> ResponseReturnValue:
    asked_at = found.review.paused_at or current.now()
    page = render_template(
        "casework/review_later.html",
        review=present.page(found, current.staff_id(), current.now()),
        form=form,
        latest=dates.day(latest_day(asked_at, policy().longest_pause_days)),
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status


def _ended(review_id: UUID, error: ReviewEnded) -> ResponseReturnValue:
    found = opened(review_id)
    review = present.page(found, current.staff_id(), current.now())
    return render_template("casework/review_ended.html", review=review, title=error.title), 409
