"""The audit page of a service: who did or read what, by id, for the administrator and the data protection officer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.kernel.db.tables import KernelTables
from services.kernel.ui.forms import Form
from services.kernel.web import access, current, paging
from services.kernel.web.fields import Identifier, StrictSchema
from services.kernel.web.paging import PageRequest


class FilterForm(StrictSchema):
    """Exact ids: there is nothing to search by words, because no row holds any."""

    subject = Identifier(most=200, load_default="")
    actor = Identifier(most=36, load_default="")


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


def asked(
    tables: KernelTables, *, subject: str = "", actor: str = "", after: Sequence[Any] | None = None, limit: int
) -> sa.Select[Any]:
    """Audit rows, the newest first: of this subject, by this actor, older than that time and id."""
    rows = tables.audit_rows
    found, at, row_id = sa.select(rows), rows.c.occurred_at, rows.c.id
    if subject:
        named = tables.audit_subjects.c
        found = found.join(tables.audit_subjects, named.row_id == rows.c.id).where(named.subject_id == subject)
        # The index that finds them has their order too.
        at, row_id = named.occurred_at, named.row_id
    if actor:
        found = found.where(rows.c.actor == _uuid(actor))
    if after is not None:
        last, last_id = datetime.fromisoformat(str(after[0])), UUID(str(after[1]))
        found = found.where((at < last) | ((at == last) & (row_id < last_id)))
    return found.order_by(at.desc(), row_id.desc()).limit(limit)


def _read(tables: KernelTables, page: PageRequest, form: Form) -> list[sa.Row[Any]]:
    """Up to one row more than the page asks for."""
    if not form.is_valid:
        return []
    with current.transaction() as transaction:
        found = list(transaction.connection.execute(asked(tables, **form.data, after=page.after, limit=page.limit + 1)))
        transaction.audit("audit.read", subject_type="audit", subject_id=current.site().service, reason="audit")
    return found


def _uuid(text: str) -> UUID:
    """The id; for a text that is none, one that is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
