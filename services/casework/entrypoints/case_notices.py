"""Pages: a case whose consent was withdrawn. Its team may record that support stopped, and close it."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.casework.adapters.case_notices import ConsentNotice, notices_of, read_notice
from services.casework.adapters.case_queries import Tab
from services.casework.application.stop_case import CloseStoppedCase, StopCase
from services.casework.entrypoints.case_list_presenters import done
from services.casework.entrypoints.case_reading import WORKERS, reader, version_read
from services.platform.db.transaction import Transaction
from services.platform.ui import dates
from services.platform.web import access, current

pages = Blueprint("case_notices", __name__, url_prefix="/casework/cases/<uuid:case_id>")


def notice_audited(case_id: UUID) -> ConsentNotice:
    """Raises CaseNotFound."""
    with current.transaction() as transaction:
        notice = read_notice(transaction.connection, reader(), case_id)
        named = {"referral": str(notice.referral_id)}
        transaction.audit(
            "case.notice_read", subject_type="case", subject_id=case_id, reason="consent_withdrawn", details=named
        )
    return notice


def listed(transaction: Transaction, tab: Tab) -> list[ConsentNotice]:
    """Returns the notices of a list, with an audit row that names them."""
    found = list(notices_of(transaction.connection, reader(), tab))
    if found:
        named = {
            "cases": [str(notice.case_id) for notice in found],
            "referrals": [str(notice.referral_id) for notice in found],
        }
        transaction.audit(
            "cases.notices_listed", subject_type="list", subject_id=tab.value, reason="my_queue", details=named
        )
    return found


def item(notice: ConsentNotice) -> dict[str, Any]:
    """Returns the notice's line in a list."""
    return {
        "href": url_for("cases.show", case_id=notice.case_id),
        "initials": notice.initials or _("Name not known"),
        "reference": notice.reference,
        "text": _(
            "Consent withdrawn on %(day)s: do not contact", day=dates.day(dates.local(notice.withdrawn_at).date())
        ),
        "stopped": _("Support stopped %(timestamp)s", timestamp=dates.timestamp(notice.stopped_at))
        if notice.stopped_at
        else "",
    }


def page(notice: ConsentNotice) -> ResponseReturnValue:
    return render_template(
        "casework/case_notice.html",
        notice=notice,
        item=item(notice),
        list_href=url_for("case_queue.hand_overs" if notice.hand_over else "case_queue.queue"),
        list_text=_("Hand-overs") if notice.hand_over else _("Queue"),
        key=str(uuid4()),
        done=done(request.args.get("done")),
    )


@pages.post("/support-stopped")
@access.requires(*WORKERS)
def stop(case_id: UUID) -> ResponseReturnValue:
    command = StopCase(case_id=case_id, entry_id=uuid4(), reader=reader(), version=version_read())
    hand_over = notice_audited(case_id).hand_over
    shown = url_for("case_queue.hand_overs") if hand_over else url_for("cases.show", case_id=case_id)
    return _once(command, f"{shown}?done=stopped")


@pages.post("/closure-without-consent")
@access.requires(*WORKERS)
def close(case_id: UUID) -> ResponseReturnValue:
    command = CloseStoppedCase(case_id=case_id, entry_id=uuid4(), reader=reader(), version=version_read())
    return _once(command, url_for("case_queue.queue", done="closure"))


def _once(command: object, address: str) -> ResponseReturnValue:
    answer = current.handle_once(command, answer=(303, address), key=request.form.get("key", ""))
    return redirect(answer.location, code=303)
