"""Serves style sheets, scripts and images; the browser caches each until its URL changes."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from services.platform.ui.assets import STATIC, folders
from services.platform.web import access

_KEPT = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


def address(name: str) -> str:
    """Returns the URL of a file with its digest: `app.css`, or `govuk-frontend/govuk-frontend.min.css`."""
    return f"/assets/{_path(name)}?v={_digest(name)}"


@blueprint.get("/<path:name>")
@access.public
def show(name: str) -> Response:
    response = send_from_directory(STATIC, name, conditional=True)
    response.headers["Cache-Control"] = _KEPT if name.startswith("vendor/") or "v" in request.args else _ASKED_AGAIN
    return response


def _path(name: str) -> str:
    package, slash, rest = name.partition("/")
    return f"{_folders()[package]}/{rest}" if slash else name


@cache
def _folders() -> dict[str, str]:
    return folders()


@cache
def _digest(name: str) -> str:
    path = Path(STATIC, _path(name))
    # Before `make setup`, a page works without GOV.UK's style sheet.
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "none"
