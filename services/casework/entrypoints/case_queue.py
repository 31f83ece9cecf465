"""Pages: a team's queue, soonest due first, and unconfirmed hand-overs."""

from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.casework.adapters.case_queries import CaseList, Status, Tab, count_cases, owners
from services.casework.application.take_case import TakeCase, TakeNextCase
from services.casework.entrypoints import alarm_presenters, alarm_reading, case_notices
from services.casework.entrypoints import case_list_presenters as present
from services.casework.entrypoints.case_reading import HANDING_OVER, WORKERS, page_of, reader
from services.contracts.codes import Role
from services.platform.web import access, current, paging

pages = Blueprint("case_queue", __name__, url_prefix="/casework")


@pages.get("/queue")
@access.requires(*WORKERS)
def queue() -> ResponseReturnValue:
    wanted = _wanted(_tab())
    if wanted.tab is Tab.HAND_OVERS:
        return redirect(url_for(".hand_overs"), code=303)
    return _shown(wanted)


@pages.get("/hand-overs")
@access.requires(*HANDING_OVER)
def hand_overs() -> ResponseReturnValue:
    return _shown(_wanted(Tab.HAND_OVERS))


@pages.post("/queue/next")
@access.requires(*WORKERS)
def claim_next() -> ResponseReturnValue:
    taken = current.handle(TakeNextCase(entry_id=uuid4(), reader=reader()))
    if taken is None:
        return redirect(url_for(".queue", tab=Tab.UNASSIGNED, done="none_waiting"), code=303)
    return redirect(url_for("cases.show", case_id=taken, done="taken"), code=303)


@pages.post("/cases/<uuid:case_id>/taking")
@access.requires(*WORKERS)
def take(case_id: UUID) -> ResponseReturnValue:
    current.handle(TakeCase(case_id=case_id, entry_id=uuid4(), reader=reader()))
    return redirect(url_for("cases.show", case_id=case_id, done="taken"), code=303)


def _shown(wanted: CaseList) -> ResponseReturnValue:
    page = paging.requested()
    who = reader()
    alarms = alarm_reading.first()
    with current.transaction() as transaction:
        listed = page_of(transaction, who, wanted, page)
        total = count_cases(transaction.connection, who, wanted, now=transaction.at)
        chosen = owners(transaction.connection, who)
        notices = case_notices.listed(transaction, wanted.tab)
    return render_template(
        "casework/case_queue.html",
        tabs=present.tabs(wanted.tab, reviewer_only=not current.identity().has(*WORKERS)),
        wanted=wanted,
        notices=[case_notices.item(notice) for notice in notices],
        rows=[present.queue_row(row, who.staff_id, current.now()) for row in listed.items],
        total=present.how_many(total, wanted.tab),
        empty=present.nothing(wanted.tab, filtered=wanted.is_filtered),
        alarms=[alarm_presenters.item(row, current.now()) for row in alarms.items],
        more_alarms=alarms.next_cursor is not None,
        statuses=present.statuses(),
        owners=[{"value": str(staff_id), "text": name} for staff_id, name in chosen],
        next=paging.next_address(listed.next_cursor) if listed.next_cursor else None,
        done=present.done(request.args.get("done")),
    )


def _tab() -> Tab:
    """Returns the requested tab; by default a worker's own cases, or the team's for a manager."""
    asked = request.args.get("tab", "")
    if asked in list(Tab):
        return Tab(asked)
    return Tab.TEAM if current.identity().has(Role.TEAM_MANAGER) else Tab.MINE


def _wanted(tab: Tab) -> CaseList:
    """Returns the requested list. Unknown filters are ignored, because a person may have typed the address."""
    status, owner = request.args.get("status", ""), request.args.get("owner", "")
    return CaseList(tab=tab, status=Status(status) if status in list(Status) else None, owner_id=_uuid(owner))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
