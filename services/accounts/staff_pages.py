"""The administrator's pages of staff: who there is, and what each may do."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.accounts import queries, wording
from services.accounts.incompatible_roles import conflicts
from services.accounts.staff import ChangeMember, UnknownMember
from services.contracts.codes import Role
from services.kernel.errors import RuleBroken, Stale
from services.kernel.text import N_
from services.kernel.ui.forms import Form
from services.kernel.web import access, current, paging
from services.kernel.web.fields import StrictBoolean, StrictCode, StrictInteger, StrictList, StrictSchema, StrictString
from services.kernel.web.fields import StrictUuid as Id

pages = Blueprint("staff", __name__, url_prefix="/accounts/staff")

_SEE_HOLDINGS = (Role.TEAM_MANAGER, Role.REVIEWER)
"""Whom casework shows what somebody holds: an administrator alone is not led to a page that refuses them."""


class MemberForm(StrictSchema):
    version = StrictInteger(least=1, most=10**9, required=True)
    active = StrictBoolean(required=True, ask=N_("Select whether this person can sign in"))
    roles = StrictList(StrictCode(Role), load_default=list, unique=True)
    teams = StrictList(Id(), load_default=list, unique=True)
    areas = StrictList(StrictString(most=64), load_default=list, unique=True)


@pages.get("")
@access.requires(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    page = paging.requested()
    rows = queries.members(current.reading(), page)
    shown = paging.paged(rows, page, [(row.display_name, str(row.id)) for row in rows])
    return render_template(
        "accounts/staff.html",
        members=shown.items,
        next_page_address=paging.next_address(shown.next_cursor) if shown.next_cursor else None,
    )


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
        except RuleBroken as error:
            form.reject(error)
        else:
            return redirect(f"/accounts/staff/{staff_id}?saved=yes", code=303)
    return _page(member, form)


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


def _page(member: queries.Member, form: Form) -> ResponseReturnValue:
    connection = current.reading()
    page = render_template(
        "accounts/member.html",
        form=form,
        saved="saved" in request.args and form.is_valid,
        member=member,
        is_own=member.id == current.staff_id(),
        sees_holdings=current.identity().has(*_SEE_HOLDINGS),
        conflicts=[_(one.sentence) for one in conflicts(member.roles, member.organisation_class)],
        role_items=[{"value": role.value, "text": _(name)} for role, name in wording.ROLES.items()],
        team_items=[{"value": str(team.id), "text": team.name} for team in queries.teams(connection)],
        area_items=[{"value": code, "text": name} for code, name in queries.areas(connection)],
    )
    return page, form.status
