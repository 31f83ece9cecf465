"""The audit page of a service: who did or read what, by id, for the administrator and the data protection officer."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.kernel.db.tables import KernelTables
from services.kernel.ui.forms import Form
from services.kernel.web import access, current, paging
from services.kernel.web.fields import StrictSchema, StrictString
from services.kernel.web.paging import PageRequest


class FilterForm(StrictSchema):
    """Exact ids: there is nothing to search by words, because no row holds any."""

    subject = StrictString(most=200, load_default="")
    actor = StrictString(most=36, load_default="")


def blueprint(service: str, tables: KernelTables) -> Blueprint:
    """The page at /<service>/audit. Reading it leaves a row of its own."""
    pages = Blueprint("audit", __name__, url_prefix=f"/{service}")

    @pages.get("/audit")
    @access.requires(Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
    def audit() -> ResponseReturnValue:
        page = paging.requested()
        form = Form.received(FilterForm(), request.args)
        rows = _read(tables, page, form)
        positions = [(row.occurred_at.isoformat(), str(row.id)) for row in rows]
        shown = paging.paged(rows, page, positions)
        template = render_template(
            "kernel/audit.html",
            form=form,
            service=service,
            rows=shown.items,
            next_page_address=paging.next_address(shown.next_cursor) if shown.next_cursor else None,
        )
        return template, form.status

    return pages


def _read(tables: KernelTables, page: PageRequest, form: Form) -> list[sa.Row[tuple[object, ...]]]:
    """Up to one row more than the page asks for, the newest first."""
    if not form.is_valid:
        return []
    rows = tables.audit_rows
    asked = sa.select(rows).order_by(rows.c.occurred_at.desc(), rows.c.id.desc()).limit(page.limit + 1)
    if form.data["subject"]:
        asked = asked.where(rows.c.subject_id == form.data["subject"])
    if form.data["actor"]:
        asked = asked.where(rows.c.actor == _uuid(form.data["actor"]))
    if page.after is not None:
        at, row_id = datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))
        asked = asked.where((rows.c.occurred_at < at) | ((rows.c.occurred_at == at) & (rows.c.id < row_id)))
    with current.transaction() as transaction:
        found = list(transaction.connection.execute(asked))
        transaction.audit("audit.read", subject_type="audit", subject_id=current.site().service, reason="audit")
    return found


def _uuid(text: str) -> UUID:
    """The id; for a text that is none, one that is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
