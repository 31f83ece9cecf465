"""The page that asks the questions of one section: of a referral that was sent, or of a draft."""

from collections.abc import Iterable, Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from services.intake.entrypoints import form_context, sections
from services.intake.entrypoints.forms import ReferralForm
from services.platform.web import current


def show(
    form: ReferralForm, keys: Iterable[str], *, caption: str | None, hidden: Mapping[str, str], back: str
) -> ResponseReturnValue:
    """`keys` name its sections; a section with a fault is shown beside them. `hidden` is what was read: the version."""
    page = render_template(
        "intake/section.html",
        form=form,
        keys=sections.ordered({*keys, *form.wrong_sections}),
        caption=caption,
        hidden=hidden,
        back=back,
        **form_context.of(current.identity()),
    )
    return page, form.status
