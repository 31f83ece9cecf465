"""What was accepted and is not among the reviews yet, for the reviewers who will read it."""

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.intake.adapters import unheard
from services.intake.entrypoints import caller
from services.kernel.web import access, current

pages = Blueprint("arriving", __name__, url_prefix="/intake/arriving")

_MOST = 100


@pages.get("")
@access.requires(Role.REVIEWER)
def listed() -> ResponseReturnValue:
    """References, ages and times: what a list of reviews would show. Which ones were shown is audited."""
    with current.transaction() as transaction:
        found = unheard.arriving(transaction.connection, caller.match_reader(), at=current.now(), limit=_MOST + 1)
        shown = found[:_MOST]
        if shown:
            ids = [str(arriving.id) for arriving in shown]
            transaction.audit(
                "arriving.read", subject_type="list", subject_id="arriving", reason="review", details={"referrals": ids}
            )
    return render_template("intake/arriving.html", arriving=shown, more=len(found) > _MOST, most=_MOST)


@pages.get("/any")
@access.requires(Role.REVIEWER)
def any_arriving() -> Response:
    """Whether there is anything to see on that page, for a notice on the list of reviews."""
    return jsonify({"waiting": unheard.any_arriving(current.reading(), caller.match_reader(), at=current.now())})
