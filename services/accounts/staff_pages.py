"""The administrator's pages of staff: the list, and the rights of each member."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.accounts import one_time_passwords, passwords, queries, wording
from services.accounts.added_pages import one_time_page, team_items
from services.accounts.incompatible_roles import conflicts
from services.accounts.one_time_passwords import PasswordAtProvider, ResetPassword
from services.accounts.password_pages import limits
from services.accounts.required_scope import lacking
from services.accounts.scopes import PROGRAMS, Scope
from services.accounts.staff import ChangeMember, UnknownMember
from services.accounts.tokens import IssueToken, RevokeToken
from services.contracts.codes import CLASSES_WORKED, Role
from services.platform.errors import ApplicationError, Stale
from services.platform.i18n import N_
from services.platform.ui.forms import Form
from services.platform.web import access, current, paging
from services.platform.web.fields import (
    StrictBoolean,
    StrictCode,
    StrictInteger,
    StrictList,
    StrictSchema,
    StrictString,
)
from services.platform.web.fields import StrictUuid as Id

pages = Blueprint("staff", __name__, url_prefix="/accounts/staff")

_ASK_SCOPE = N_("Select what the token may do")
_SEE_HOLDINGS = (Role.TEAM_MANAGER, Role.REVIEWER)
"""Roles to which casework shows a member's work: an administrator alone would get a page that refuses them."""
_HOLD = {Role.REVIEWER, *CLASSES_WORKED}
"""Roles that can hold a case or a review."""


class MemberForm(StrictSchema):
    version = StrictInteger(minimum=1, maximum=10**9, required=True)
    active = StrictBoolean(required=True, ask=N_("Select whether this account can be used"))
    roles = StrictList(StrictCode(Role), load_default=list, unique=True)
    teams = StrictList(Id(), load_default=list, unique=True)
    areas = StrictList(StrictString(maximum=64), load_default=list, unique=True)


class SearchForm(StrictSchema):
    # Sent as a form and not in the URL: a name does not belong there.
    searched = StrictString(maximum=100, load_default="")


class TokenForm(StrictSchema):
    scopes = StrictList(StrictCode(Scope, only=PROGRAMS), minimum=1, unique=True, required=True, ask=_ASK_SCOPE)
    days = StrictInteger(minimum=1, maximum=366, required=True, ask=N_("Enter for how many days"))


@pages.get("")
@access.requires(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    page = paging.requested()
    rows = queries.members(current.reading(), page)
    shown = paging.paged(rows, page, [(row.display_name, str(row.id)) for row in rows])
    return _list(shown.items, Form(SearchForm()), next_cursor=shown.next_cursor)


@pages.post("")
@access.requires(Role.ADMINISTRATOR)
def search() -> ResponseReturnValue:
    """The first hundred whose name or sign-in name contains the search text."""
    form = Form.received(SearchForm(), request.form)
    if not form.is_valid:
        return _list([], form)
    rows = queries.members(current.reading(), paging.PageRequest(limit=paging.MAX, after=None), **form.data)
    return _list(rows[: paging.MAX], form, more=len(rows) > paging.MAX)


def _list(
    members: Sequence[queries.MemberRow], form: Form, *, next_cursor: str | None = None, more: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "accounts/staff.html",
        members=members,
        form=form,
        more=more,
        role_names=wording.ROLES,
        next_page_address=paging.next_address(next_cursor) if next_cursor else None,
    )
    return page, form.status


@pages.get("/<uuid:staff_id>")
@access.requires(Role.ADMINISTRATOR)
def show(staff_id: UUID) -> ResponseReturnValue:
    member = _member(staff_id)
    return _page(member, Form(MemberForm(), vars(member)))


@pages.post("/<uuid:staff_id>")
@access.requires(Role.ADMINISTRATOR)
def change(staff_id: UUID) -> ResponseReturnValue:
    member = _member(staff_id)
    form = Form.received(MemberForm(), request.form)
    if form.is_valid:
        try:
            current.handle(_command(staff_id, form.data))
        except Stale:
            raise
        except ApplicationError as error:
            form.reject(error)
        else:
            return redirect(f"/accounts/staff/{staff_id}?saved=yes", code=303)
    return _page(member, form)


@pages.post("/<uuid:staff_id>/password")
@access.requires(Role.ADMINISTRATOR)
def reset_password(staff_id: UUID) -> ResponseReturnValue:
    """This response is the only one that contains the one-time password."""
    if not current.service().demonstration:
        raise PasswordAtProvider
    _member(staff_id)
    password = one_time_passwords.made()
    current.handle(ResetPassword(staff_id=staff_id, password_hash=passwords.hashed(password)))
    return one_time_page(staff_id, password)


@pages.post("/<uuid:staff_id>/tokens")
@access.requires(Role.ADMINISTRATOR)
def issue_token(staff_id: UUID) -> ResponseReturnValue:
    """This response is the only one that contains the token."""
    member = _member(staff_id)
    form = Form.received(TokenForm(), request.form)
    if form.is_valid:
        lifetime = timedelta(days=form.data["days"])
        try:
            made = current.handle(
                IssueToken(staff_id=staff_id, scopes=frozenset(form.data["scopes"]), lifetime=lifetime)
            )
        except ApplicationError as error:
            form.reject(error)
        else:
            return render_template("accounts/new_token.html", member=member, token=made, days=form.data["days"])
    return _page(member, Form(MemberForm(), vars(member)), form)


@pages.post("/<uuid:staff_id>/tokens/<uuid:token_id>/revoke")
@access.requires(Role.ADMINISTRATOR)
def revoke_token(staff_id: UUID, token_id: UUID) -> ResponseReturnValue:
    current.handle(RevokeToken(staff_id=staff_id, token_id=token_id))
    return redirect(f"/accounts/staff/{staff_id}?saved=yes", code=303)


def _command(staff_id: UUID, data: dict[str, Any]) -> ChangeMember:
    return ChangeMember(
        staff_id=staff_id,
        expected_version=data["version"],
        active=data["active"],
        roles=frozenset(data["roles"]),
        teams=frozenset(data["teams"]),
        areas=frozenset(data["areas"]),
    )


def _member(staff_id: UUID) -> queries.Member:
    member = queries.member(current.reading(), staff_id)
    if member is None:
        raise UnknownMember
    return member


def _page(member: queries.Member, form: Form, token_form: Form | None = None) -> ResponseReturnValue:
    connection, token_form = current.reading(), token_form or Form(TokenForm())
    at_provider = queries.managed_by_provider(connection, member.id) is not None
    teams = queries.teams(connection)
    classes = {team.team_class for team in teams if team.id in member.teams}
    page = render_template(
        "accounts/member.html",
        form=token_form if token_form.has_errors else form,
        member_form=form,
        token_form=token_form,
        takes_tokens=member.active and member.is_system,
        tokens=queries.good_tokens(connection, member.id, at=current.now()),
        scope_names=wording.SCOPES,
        scope_items=[{"value": scope.value, "text": _(wording.SCOPES[scope])} for scope in sorted(PROGRAMS)],
        max_days=limits().token_days,
        at_provider=at_provider,
        has_password=current.service().demonstration and member.active and not at_provider and not member.is_system,
        saved="saved" in request.args and form.is_valid,
        member=member,
        is_own=member.id == current.staff_id(),
        works_cases=not member.roles.isdisjoint(CLASSES_WORKED),
        sees_holdings=current.identity().has(*_SEE_HOLDINGS) and not member.roles.isdisjoint(_HOLD),
        conflicts=[_(one.sentence) for one in conflicts(member.roles, member.organisation_class)],
        lacking=[_(one.detail) for one in lacking(member.roles, areas=member.areas, team_classes=classes)],
        role_items=[{"value": role.value, "text": _(name)} for role, name in wording.ROLES.items()],
        team_items=team_items(teams, held=member.teams),
        area_items=[{"value": code, "text": name} for code, name in queries.areas(connection)],
    )
    return page, max(form.status, token_form.status)
