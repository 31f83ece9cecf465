"""The page of models: which one is in use, what training measured of it, and what it looks at."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.platform.web import access
from services.scoring.adapters.champions import Champions
from services.scoring.entrypoints import presenters
from services.scoring.entrypoints.api import described


def blueprint(champions: Champions) -> Blueprint:
    pages = Blueprint("models", __name__, url_prefix="/scoring")

    @pages.get("/models")
    @access.requires(Role.DATA_SCIENTIST, Role.BOARD_MEMBER)
    def models() -> ResponseReturnValue:
        return render_template("scoring/models.html", models=[presenters.model(row) for row in described(champions)])

    return pages
