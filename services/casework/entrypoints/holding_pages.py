"""Pages: caseloads, one person's cases and reviews, and cases that lost their worker."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.casework.adapters.holding_queries import caseloads
from services.casework.application.holdings import ReadCaseNotice, ReleaseReview
from services.casework.entrypoints import case_reading, review_reading
from services.casework.entrypoints import holding_presenters as present
from services.casework.entrypoints.case_list_presenters import done
from services.casework.entrypoints.holding_reading import COLLEAGUES, MANAGERS, read_holdings, read_notices
from services.platform.web import access, current

pages = Blueprint("holdings", __name__, url_prefix="/casework/staff")


@pages.get("")
@access.requires(*MANAGERS)
def index() -> ResponseReturnValue:
    with current.transaction() as transaction:
        notices = read_notices(transaction)
        people = caseloads(transaction.connection, case_reading.reader())
    return render_template(
        "casework/caseloads.html",
        notices=[present.notice(row) for row in notices],
        people=[present.caseload(person) for person in people],
        done=done(request.args.get("done")),
    )


@pages.post("/notices/<uuid:notice_id>/reading")
@access.requires(*MANAGERS)
def read_notice(notice_id: UUID) -> ResponseReturnValue:
    current.handle(ReadCaseNotice(notice_id=notice_id, reader=case_reading.reader()))
    return redirect(url_for(".index", done="notice"), code=303)


@pages.get("/<uuid:staff_id>")
@access.requires(*COLLEAGUES)
def show(staff_id: UUID) -> ResponseReturnValue:
    holdings = read_holdings(staff_id)
    return render_template(
        "casework/holdings.html",
        name=holdings.display_name,
        account=present.account(holdings),
        cases=[present.case_row(row) for row in holdings.cases],
        reviews=[present.review_row(row, holdings) for row in holdings.reviews],
        hand_overs=[present.hand_over_row(row) for row in holdings.hand_overs],
        back=url_for(".index") if current.identity().has(*MANAGERS) else None,
        done=done(request.args.get("done")),
    )


@pages.post("/<uuid:staff_id>/reviews/<uuid:review_id>/release")
@access.requires(*COLLEAGUES)
def release(staff_id: UUID, review_id: UUID) -> ResponseReturnValue:
    current.handle(ReleaseReview(review_id=review_id, reader=review_reading.reader(), staff_id=staff_id))
    return redirect(url_for(".show", staff_id=staff_id, done="released"), code=303)
