"""The administrator's pages for adding a person, a partner's system or a team."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from services.accounts import one_time_passwords, passwords, queries, wording
from services.accounts.password_pages import limits
from services.accounts.sign_in import plain_name
from services.accounts.staff import AddMember
from services.accounts.teams import AddTeam
from services.contracts.codes import RecipientClass, Role
from services.platform.errors import ApplicationError, FieldError, Invalid
from services.platform.i18n import N_
from services.platform.ui.forms import Form
from services.platform.web import access, current
from services.platform.web.fields import (
    PersonName,
    StrictCode,
    StrictInteger,
    StrictList,
    StrictSchema,
    StrictString,
    StrictUuid,
)

pages = Blueprint("added", __name__, url_prefix="/accounts")

_FOR_A_CODE = N_("Use only lower-case letters, digits, hyphens, dots and underscores")


class _Code(StrictString):
    """A name that programs and groups of an identity provider also use."""

    def _check(self, text: str) -> None:
        super()._check(text)
        if set(text) - set("abcdefghijklmnopqrstuvwxyz0123456789-_."):
            raise ValidationError(_FOR_A_CODE)


class NotOffered(Invalid):
    """The provider's first sign-in creates people's accounts."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/roles", N_("Select only what is listed here"))])


class NewMemberForm(StrictSchema):
    display_name = PersonName(required=True, ask=N_("Enter the person’s name"))
    sign_in_name = _Code(maximum=100, minimum=3, required=True, ask=N_("Enter a sign-in name"))
    organisation_id = StrictUuid(required=True, ask=N_("Select an organisation"))
    roles = StrictList(StrictCode(Role), minimum=1, unique=True, required=True, ask=N_("Select at least one role"))
    teams = StrictList(StrictUuid(), load_default=list, unique=True)
    areas = StrictList(StrictString(maximum=64), load_default=list, unique=True)


class NewTeamForm(StrictSchema):
    name = StrictString(maximum=100, required=True, ask=N_("Enter the team’s name"))
    code = _Code(maximum=64, minimum=2, required=True, ask=N_("Enter a code"))
    team_class = StrictCode(RecipientClass, required=True, ask=N_("Select what kind of team it is"))
    organisation_id = StrictUuid(required=True, ask=N_("Select an organisation"))
    areas = StrictList(
        StrictString(maximum=64), minimum=1, unique=True, required=True, ask=N_("Select at least one area")
    )
    age_from = StrictInteger(minimum=0, maximum=120, required=True, ask=N_("Enter the youngest age"))
    age_to = StrictInteger(minimum=0, maximum=120, required=True, ask=N_("Enter the oldest age"))
    on_call_address = StrictString(maximum=200, load_default=None, allow_none=True)


@pages.get("/staff/new")
@access.requires(Role.ADMINISTRATOR)
def ask_member() -> ResponseReturnValue:
    return _member_page(Form(NewMemberForm()))


@pages.post("/staff/new")
@access.requires(Role.ADMINISTRATOR)
def add_member() -> ResponseReturnValue:
    """This response is the only one that contains the one-time password."""
    typed = request.form.copy()
    typed["sign_in_name"] = plain_name(typed.get("sign_in_name", ""))
    form = Form.received(NewMemberForm(), typed)
    if form.is_valid:
        password = _password_for(form.data["roles"])
        try:
            added: UUID = current.handle(_new_member(form.data, password))
        except ApplicationError as error:
            form.reject(error)
        else:
            return one_time_page(added, password) if password else redirect(f"/accounts/staff/{added}", code=303)
    return _member_page(form)


@pages.get("/teams/new")
@access.requires(Role.ADMINISTRATOR)
def ask_team() -> ResponseReturnValue:
    return _team_page(Form(NewTeamForm()))


@pages.post("/teams/new")
@access.requires(Role.ADMINISTRATOR)
def add_team() -> ResponseReturnValue:
    form = Form.received(NewTeamForm(), request.form)
    if form.is_valid:
        try:
            added = current.handle(AddTeam(**{**form.data, "areas": frozenset(form.data["areas"])}))
        except ApplicationError as error:
            form.reject(error)
        else:
            return redirect(f"/accounts/teams/{added}?saved=yes", code=303)
    return _team_page(form)


def one_time_page(staff_id: UUID, password: str) -> ResponseReturnValue:
    member = queries.member(current.reading(), staff_id)
    return render_template(
        "accounts/one_time_password.html", member=member, password=password, hours=limits().one_time_hours
    )


def offered_roles() -> list[dict[str, str]]:
    """Without a local sign-in, people come from the identity provider, and only accounts of systems are added here."""
    offered = wording.ROLES if current.service().demonstration else [Role.PARTNER_SYSTEM]
    return [{"value": role.value, "text": _(wording.ROLES[role])} for role in offered]


def team_items(teams: Iterable[queries.TeamRow], *, held: Collection[UUID] = ()) -> list[dict[str, str]]:
    """Each with its kind, which the name may not show; ended teams only where they are held."""
    return [
        {"value": str(team.id), "text": team.name, "hint": _(wording.TEAM_CLASSES[team.team_class])}
        for team in teams
        if not team.ended_at or team.id in held
    ]


def _password_for(roles: list[Role]) -> str | None:
    """A system sends its token, and never signs in."""
    return one_time_passwords.made() if current.service().demonstration and roles != [Role.PARTNER_SYSTEM] else None


def _new_member(data: dict[str, Any], password: str | None) -> AddMember:
    """Raises NotOffered."""
    if not set(data["roles"]) <= {role["value"] for role in offered_roles()}:
        raise NotOffered
    return AddMember(
        sign_in_name=data["sign_in_name"],
        display_name=data["display_name"],
        organisation_id=data["organisation_id"],
        roles=frozenset(data["roles"]),
        teams=frozenset(data["teams"]),
        areas=frozenset(data["areas"]),
        password_hash=None if password is None else passwords.hashed(password),
        one_time=password is not None,
    )


def _member_page(form: Form) -> ResponseReturnValue:
    connection = current.reading()
    page = render_template(
        "accounts/new_member.html",
        form=form,
        organisation_items=_organisation_items(),
        role_items=offered_roles(),
        team_items=team_items(queries.teams(connection)),
        area_items=[{"value": code, "text": name} for code, name in queries.areas(connection)],
    )
    return page, form.status


def _team_page(form: Form) -> ResponseReturnValue:
    page = render_template(
        "accounts/new_team.html",
        form=form,
        organisation_items=_organisation_items(),
        class_items=[{"value": kind.value, "text": _(name)} for kind, name in wording.TEAM_CLASSES.items()],
        area_items=[{"value": code, "text": name} for code, name in queries.areas(current.reading())],
    )
    return page, form.status


def _organisation_items() -> list[dict[str, str]]:
    found = queries.organisations(current.reading())
    return [
        {"value": "", "text": _("Choose an organisation")},
        *({"value": str(id), "text": name} for id, name in found),
    ]
