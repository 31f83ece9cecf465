"""Changing one section of a referral that is not sent yet, from the page that shows all answers."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from services.intake.adapters import queries
from services.intake.application.drafts import DraftChanged
from services.intake.entrypoints import section_page, sections
from services.intake.entrypoints.form_pages import WRITERS, checked, draft_of, save_command, status_address
from services.intake.entrypoints.forms import ReferralForm, arranged
from services.intake.entrypoints.schema import ReferralSchema
from services.platform.web import access, current

pages = Blueprint("draft_section", __name__, url_prefix="/intake/referrals/new/<uuid:draft_id>/change/<key>")


@pages.get("")
@access.requires(*WRITERS)
def show(draft_id: UUID, key: str) -> ResponseReturnValue:
    """The questions of one section, to change before it is sent."""
    keys = sections.shown(key, MultiDict())
    draft = draft_of(draft_id)
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    form = ReferralForm(ReferralSchema())
    form.restore(MultiDict(draft.answers))
    return _section_page(form, draft, keys)


@pages.post("")
@access.requires(*WRITERS)
def save(draft_id: UUID, key: str) -> ResponseReturnValue:
    """Save one section of the draft, and go back to check it all."""
    draft = draft_of(draft_id)
    if draft.sent_as:
        return redirect(status_address(draft.sent_as), code=303)
    keys = sections.shown(key, request.form)
    typed = sections.replaced(MultiDict(draft.answers), request.form, keys)
    form = checked(arranged(typed))
    try:
        current.handle(replace(save_command(draft_id, current.staff_id()), answers=dict(typed.lists())))
    except DraftChanged as fault:
        form.reject(fault)
    if form.has_errors:
        return _section_page(form, draft_of(draft_id), keys)
    return redirect(url_for("form.check", draft_id=draft_id), code=303)


def _section_page(form: ReferralForm, draft: queries.Draft, keys: list[str]) -> ResponseReturnValue:
    back = url_for("form.check", draft_id=draft.id)
    return section_page.show(form, keys, caption=None, hidden={"draft_version": str(draft.version)}, back=back)
