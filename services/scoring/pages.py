"""The page of models: which one is in use, what training measured, and which features it uses."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.platform.web import access, current
from services.scoring import presenters, queries
from services.scoring.score import Scorer


def blueprint(scorer: Scorer) -> Blueprint:
    pages = Blueprint("models", __name__, url_prefix="/scoring")

    @pages.get("/models")
    @access.requires(Role.DATA_SCIENTIST, Role.BOARD_MEMBER)
    def models() -> ResponseReturnValue:
        rows = queries.known_models(current.reading(), scorer.current())
        return render_template("scoring/models.html", models=[presenters.model(row) for row in rows])

    return pages
