"""Referrals that were received but are not ready to review, for the reviewers of their areas."""

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.intake.adapters import unacknowledged
from services.intake.entrypoints import caller
from services.platform.web import access, current

pages = Blueprint("in_transit", __name__, url_prefix="/intake/in-transit")

_MAX = 100


@pages.get("")
@access.requires(Role.REVIEWER)
def listed() -> ResponseReturnValue:
    """References, ages and times: what a list of reviews would show. Which ones were shown is audited."""
    with current.transaction() as transaction:
        found = unacknowledged.in_transit(transaction.connection, caller.viewer(), at=current.now(), limit=_MAX + 1)
        shown = found[:_MAX]
        if shown:
            ids = [str(in_transit.id) for in_transit in shown]
            transaction.audit(
                "in_transit.read",
                subject_type="list",
                subject_id="in_transit",
                reason="review",
                details={"referrals": ids},
            )
    return render_template("intake/in_transit.html", in_transit=shown, more=len(found) > _MAX, maximum=_MAX)


@pages.get("/any")
@access.requires(Role.REVIEWER)
def any_in_transit() -> Response:
    """Whether there is anything to see on that page, for a notice on the list of reviews."""
    return jsonify({"waiting": unacknowledged.any_in_transit(current.reading(), caller.viewer(), at=current.now())})
