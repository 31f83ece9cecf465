"""The home page: where each role begins, what it can do, and the public pages."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from services.accounts import wording
from services.platform.web import access, current

pages = Blueprint("home", __name__)


@pages.get("/")
@access.signed_in
def front() -> ResponseReturnValue:
    """Redirects an account with one kind of work to it."""
    roles = current.identity().roles
    landings = {wording.LANDING.get(role, "") for role in roles}
    if len(landings) == 1 and (landing := landings.pop()):
        return redirect(landing, code=303)
    return home()


@pages.get("/accounts/home")
@access.signed_in
def home() -> ResponseReturnValue:
    roles = sorted(current.identity().roles, key=list(wording.ROLES).index)
    parts = [(wording.ROLES[role], wording.TASKS[role]) for role in roles]
    return render_template("accounts/home.html", parts=parts)


@pages.get("/accounts/about")
@access.public
def about() -> ResponseReturnValue:
    return render_template("accounts/about.html")


@pages.get("/accounts/accessibility")
@access.public
def accessibility() -> ResponseReturnValue:
    return render_template("accounts/accessibility.html")


@pages.get("/accounts/privacy")
@access.public
def privacy() -> ResponseReturnValue:
    return render_template("accounts/privacy.html")
