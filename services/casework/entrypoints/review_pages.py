"""Pages: the list of reviews, and the first step of one: the facts and the reviewer's own view."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.casework.adapters import changes
from services.casework.application.claim_review import (
    ClaimNextReview,
    ClaimReview,
    ExtendClaim,
    NoReviewWaits,
    ReleaseClaim,
)
from services.casework.application.decide_review import AddBasis, ConfirmWithdrawal, ReadChange
from services.casework.application.record_own_view import RecordOwnView, ShowReplacement
from services.casework.application.start_round import StartRound
from services.casework.domain.change import ChangeKind
from services.casework.domain.disclosure import BasisAlreadyRecorded
from services.casework.domain.review import (
    CaseStillOpen,
    NewerRound,
    OwnViewAlreadyRecorded,
    ReviewNotDecided,
    StaleReview,
)
from services.casework.entrypoints import alarm_presenters, alarm_reading
from services.casework.entrypoints import review_list_presenters as lists
from services.casework.entrypoints import review_presenters as present
from services.casework.entrypoints.review_comparison import replaced
from services.casework.entrypoints.review_forms import (
    ADDED_BASES,
    ADDED_RECIPIENTS,
    MAX_REASON,
    MAX_WHY,
    BasisBody,
    OwnViewBody,
)
from services.casework.entrypoints.review_labels import choices
from services.casework.entrypoints.review_reading import (
    Opened,
    consent_withdrawals_listed,
    listed,
    opened,
    read_revision,
    reader,
)
from services.contracts.codes import DisclosureGateway, RecipientClass, Role, SupportLevel, Sureness
from services.platform.errors import Invalid
from services.platform.ui.forms import Form
from services.platform.web import access, current, paging

pages = Blueprint("reviews", __name__, url_prefix="/casework/reviews")


@pages.get("")
@access.requires(Role.REVIEWER)
def waiting() -> ResponseReturnValue:
    found = listed(paging.requested())
    alarms = alarm_reading.first()
    now, who = current.now(), current.staff_id()
    return render_template(
        "casework/review_list.html",
        rows=[lists.item(row, who, now) for row in found.items],
        alarms=[alarm_presenters.item(row, now) for row in alarms.items],
        more_alarms=alarms.next_cursor is not None,
        changes=[lists.change(row) for row in changes.changes_for(current.reading(), reader())],
        consent_withdrawals=[lists.consent_withdrawal(row) for row in consent_withdrawals_listed()],
        next=paging.next_address(found.next_cursor) if found.next_cursor else None,
        done=lists.done(request.args.get("done")),
    )


@pages.post("/next")
@access.requires(Role.REVIEWER)
def claim_next() -> ResponseReturnValue:
    try:
        review_id = current.handle(ClaimNextReview(reader=reader()))
    except NoReviewWaits:
        return redirect(url_for(".waiting", done="none"), code=303)
    return redirect(url_for(".show", review_id=review_id, done="claimed"), code=303)


@pages.post("/changes/<uuid:referral_id>/<int(max=1000000000):version>/<any(amended, withdrawn, basis_expired):kind>")
@access.requires(Role.REVIEWER)
def read_change(referral_id: UUID, version: int, kind: str) -> ResponseReturnValue:
    current.handle(
        ReadChange(referral_id=referral_id, referral_version=version, kind=ChangeKind(kind), reader=reader())
    )
    return redirect(url_for(".waiting", done="read"), code=303)


@pages.get("/<uuid:review_id>")
@access.requires(Role.REVIEWER)
def show(review_id: UUID) -> ResponseReturnValue:
    return first_step(opened(review_id), Form(OwnViewBody()))


@pages.post("/<uuid:review_id>/claim")
@access.requires(Role.REVIEWER)
def claim(review_id: UUID) -> ResponseReturnValue:
    """Claims the review; `take_over` replaces another reviewer's claim."""
    take_over = request.form.get("take_over") == "yes"
    current.handle(ClaimReview(review_id=review_id, reader=reader(), take_over=take_over))
    return redirect(url_for(".show", review_id=review_id, done="claimed"), code=303)


@pages.post("/<uuid:review_id>/keep-alive")
@access.requires(Role.REVIEWER)
def extend_claim(review_id: UUID) -> ResponseReturnValue:
    """Called by the page's script while the reviewer is working."""
    current.handle(ExtendClaim(review_id=review_id, reader=reader()))
    return "", 204


@pages.post("/<uuid:review_id>/release")
@access.requires(Role.REVIEWER)
def release_claim(review_id: UUID) -> ResponseReturnValue:
    current.handle(ReleaseClaim(review_id=review_id, reader=reader()))
    return redirect(url_for(".waiting", done="released"), code=303)


@pages.post("/<uuid:review_id>/own-view")
@access.requires(Role.REVIEWER)
def record_own_view(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(OwnViewBody(), request.form)
    if form.is_valid:
        address = _after_view(review_id, form.data)
        command = RecordOwnView(review_id=review_id, reader=reader(), revision=read_revision(), **form.data)
        try:
            return redirect(_once(command, address), code=303)
        except OwnViewAlreadyRecorded:
            return redirect(url_for(".show", review_id=review_id), code=303)
        except StaleReview as error:
            # The page shows the current facts and keeps what was typed.
            form.reject(error)
    return first_step(opened(review_id), form)


@pages.post("/<uuid:review_id>/withdrawal")
@access.requires(Role.REVIEWER)
def confirm_withdrawal(review_id: UUID) -> ResponseReturnValue:
    try:
        current.handle(ConfirmWithdrawal(review_id=review_id, reader=reader(), revision=read_revision()))
    except StaleReview as error:
        form = Form(OwnViewBody())
        form.reject(error)
        return first_step(opened(review_id), form)
    return redirect(url_for(".show", review_id=review_id, done="withdrawn"), code=303)


@pages.post("/<uuid:review_id>/rounds")
@access.requires(Role.REVIEWER)
def start_round(review_id: UUID) -> ResponseReturnValue:
    """Redirects to the current page if refused, which shows why: a new review has started or a case is open."""
    round_id = uuid4()
    command = StartRound(review_id=review_id, round_id=round_id, reader=reader(), revision=read_revision())
    try:
        return redirect(_once(command, url_for(".show", review_id=round_id, done="round")), code=303)
    except (StaleReview, NewerRound, CaseStillOpen, ReviewNotDecided):
        return redirect(url_for(".show", review_id=review_id), code=303)


@pages.get("/<uuid:review_id>/bases")
@access.requires(Role.REVIEWER)
def bases(review_id: UUID) -> ResponseReturnValue:
    found = opened(review_id)
    if not found.is_open and found.whole.hidden_from is None:
        return redirect(url_for(".show", review_id=review_id), code=303)
    asked = request.args.get("recipient", "")
    start = {"recipient": asked} if asked in list(RecipientClass) else {}
    return _basis_page(found, Form(BasisBody(), start))


@pages.post("/<uuid:review_id>/bases")
@access.requires(Role.REVIEWER)
def add_basis(review_id: UUID) -> ResponseReturnValue:
    form = Form.received(BasisBody(), request.form)
    if form.is_valid:
        command = AddBasis(review_id=review_id, reader=reader(), revision=read_revision(), **form.data)
        try:
            return redirect(_once(command, url_for(".show", review_id=review_id, done="basis")), code=303)
        except (Invalid, StaleReview, BasisAlreadyRecorded) as error:
            form.reject(error)
    return _basis_page(opened(review_id), form)


def _after_view(review_id: UUID, values: Mapping[str, Any]) -> str:
    """Returns the next address: the question if there is not enough information, otherwise the button's choice."""
    if values["level"] is SupportLevel.NOT_ENOUGH_INFORMATION:
        step = "question"
    else:
        step = "decision" if request.form.get("next") == "decision" else "estimate"
    return url_for(f"review_decisions.{step}", review_id=review_id)


def _once(command: object, address: str) -> str:
    """Runs the command once, however often its form is sent. Returns the address to redirect to."""
    return current.handle_once(command, answer=(303, address), key=request.form.get("key", "")).location


def first_step(found: Opened, form: Form, *, typed: str = "") -> ResponseReturnValue:
    """Shows the facts and asks for the own view; `typed` is text from another page to send again."""
    # A HEAD request shows nothing to anybody.
    asked = ShowReplacement(review_id=found.review.id, reader=reader())
    replacement = None if request.method == "HEAD" else current.handle(asked)
    page = render_template(
        "casework/review_show.html",
        replaced=replaced(replacement),
        review=present.page(found, current.staff_id(), current.now()),
        referral=present.sections(found.whole),
        form=form,
        typed=typed,
        levels=choices(SupportLevel),
        surenesses=choices(Sureness),
        maximum=MAX_WHY,
        key=request.form.get("key") or str(uuid4()),
        done=lists.done(_done(found)),
    )
    return page, form.status


def _done(found: Opened) -> str | None:
    """Returns the confirmation: a decision may have become a proposal."""
    done = request.args.get("done")
    return "proposed" if done == "decided" and found.review.proposal is not None else done


def _basis_page(found: Opened, form: Form) -> ResponseReturnValue:
    page = render_template(
        "casework/review_basis.html",
        review=present.page(found, current.staff_id(), current.now()),
        form=form,
        recipients=choices([lost] if (lost := found.whole.hidden_from) else ADDED_RECIPIENTS),
        lawful_bases=choices(ADDED_BASES),
        gateways=choices(DisclosureGateway),
        maximum=MAX_REASON,
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status
