"""The administrator's pages of teams: whom each is for, and how to contact it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.accounts import queries, wording
from services.accounts.teams import BringTeamBack, ChangeTeam, EndTeam, UnknownTeam, obstacles
from services.contracts.codes import Role
from services.platform.errors import ApplicationError, Stale
from services.platform.i18n import N_
from services.platform.ui.forms import Form
from services.platform.web import access, current
from services.platform.web.fields import StrictBoolean, StrictInteger, StrictList, StrictSchema, StrictString

pages = Blueprint("teams", __name__, url_prefix="/accounts/teams")


class TeamForm(StrictSchema):
    version = StrictInteger(minimum=1, maximum=10**9, required=True)
    name = StrictString(maximum=100, required=True, ask=N_("Enter the team’s name"))
    areas = StrictList(
        StrictString(maximum=64), minimum=1, unique=True, required=True, ask=N_("Select at least one area")
    )
    age_from = StrictInteger(minimum=0, maximum=120, required=True, ask=N_("Enter the youngest age"))
    age_to = StrictInteger(minimum=0, maximum=120, required=True, ask=N_("Enter the oldest age"))
    on_call_address = StrictString(maximum=200, load_default=None, allow_none=True)
    active = StrictBoolean(required=True, ask=N_("Select whether the team takes new cases"))


@pages.get("")
@access.requires(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    connection = current.reading()
    return render_template(
        "accounts/teams.html",
        teams=queries.teams(connection),
        area_names=dict(queries.areas(connection)),
        classes=wording.TEAM_CLASSES,
    )


@pages.get("/<uuid:team_id>")
@access.requires(Role.ADMINISTRATOR)
def show(team_id: UUID) -> ResponseReturnValue:
    team = _team(team_id)
    return _page(team, Form(TeamForm(), vars(team)))


@pages.post("/<uuid:team_id>")
@access.requires(Role.ADMINISTRATOR)
def change(team_id: UUID) -> ResponseReturnValue:
    team = _team(team_id)
    form = Form.received(TeamForm(), request.form)
    if form.is_valid:
        try:
            current.handle(_command(team_id, form.data))
        except Stale:
            raise
        except ApplicationError as error:
            form.reject(error)
        else:
            return redirect(f"/accounts/teams/{team_id}?saved=yes", code=303)
    return _page(team, form)


class VersionForm(StrictSchema):
    version = StrictInteger(minimum=1, maximum=10**9, required=True)


@pages.post("/<uuid:team_id>/end")
@access.requires(Role.ADMINISTRATOR)
def end(team_id: UUID) -> ResponseReturnValue:
    return _ended_or_back(team_id, EndTeam)


@pages.post("/<uuid:team_id>/bring-back")
@access.requires(Role.ADMINISTRATOR)
def bring_back(team_id: UUID) -> ResponseReturnValue:
    return _ended_or_back(team_id, BringTeamBack)


def _ended_or_back(team_id: UUID, command: type[EndTeam | BringTeamBack]) -> ResponseReturnValue:
    team, sent = _team(team_id), Form.received(VersionForm(), request.form)
    form = Form(TeamForm(), vars(team))
    if not sent.is_valid:
        raise Stale
    try:
        current.handle(command(team_id=team_id, expected_version=sent.data["version"]))
    except Stale:
        raise
    except ApplicationError as error:
        form.reject(error)
        return _page(team, form)
    return redirect(f"/accounts/teams/{team_id}?saved=yes", code=303)


def _command(team_id: UUID, data: dict[str, Any]) -> ChangeTeam:
    return ChangeTeam(
        team_id=team_id,
        expected_version=data["version"],
        name=data["name"],
        areas=frozenset(data["areas"]),
        age_from=data["age_from"],
        age_to=data["age_to"],
        on_call_address=data["on_call_address"],
        active=data["active"],
    )


def _team(team_id: UUID) -> queries.TeamRow:
    found = queries.teams(current.reading(), team_id=team_id)
    if not found:
        raise UnknownTeam
    return found[0]


def _page(team: queries.TeamRow, form: Form) -> ResponseReturnValue:
    members = queries.members_of(current.reading(), team.id)
    page = render_template(
        "accounts/team.html",
        form=form,
        saved="saved" in request.args and form.is_valid,
        team=team,
        members=members,
        obstacles=[_(one.detail) for one in obstacles(active=team.active, members=members)],
        team_class=wording.TEAM_CLASSES[team.team_class],
        area_items=[{"value": code, "text": name} for code, name in queries.areas(current.reading())],
    )
    return page, form.status
