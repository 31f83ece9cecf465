"""Presenters of the case lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from services.casework.adapters.case_queries import CaseRow, Status, Tab
from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case import CaseState
from services.casework.entrypoints.case_due import Due, due
from services.casework.entrypoints.case_labels import label
from services.platform.i18n import N_
from services.platform.ui import dates

_TABS = {
    Tab.MINE: N_("My cases"),
    Tab.UNASSIGNED: N_("Unassigned"),
    Tab.TEAM: N_("Team"),
    Tab.HAND_OVERS: N_("Hand-overs"),
    Tab.CLOSED: N_("Closed"),
}
_EMPTY = {
    Tab.MINE: N_("You have no open cases. “Assign the next case to me” gives you the one due soonest."),
    Tab.UNASSIGNED: N_("No cases in your team are waiting for a worker."),
    Tab.TEAM: N_("Your team has no open cases."),
    Tab.HAND_OVERS: N_("No hand-overs are waiting for confirmation."),
    Tab.CLOSED: N_("Your team has no closed cases."),
}
_STATUSES = {
    Status.OVERDUE: N_("Overdue"),
    Status.WAITING: N_("Waiting for first contact"),
    Status.IN_CONTACT: N_("In contact"),
}
_DONE = {
    "change": N_("Marked as read."),
    "taken": N_("The case is assigned to you."),
    "none_waiting": N_("No cases in your team are waiting."),
    "note": N_("Note saved."),
    "correction": N_("Correction saved. The old note stays, marked as corrected."),
    "contact": N_("Contact attempt saved."),
    "first_contact": N_("First contact recorded."),
    "answer": N_("Answer saved."),
    "equality": N_("Answers saved."),
    "outcome": N_("Outcome recorded."),
    "closure": N_("Case closed."),
    "reopening": N_("Case reopened."),
    "assignment": N_("Case assigned."),
    "unassignment": N_("The case is unassigned. Anyone in the team can take it."),
    "notice": N_("Marked as read."),
    "released": N_("Released. Any reviewer for the area can start reviewing it."),
    "confirmation": N_("Hand-over confirmed."),
    "stopped": N_("Recorded: support has stopped."),
}


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    href: str
    who: str
    reference: str
    due: Due | None
    ended: str
    status: str
    changed: bool
    another: bool
    tags: list[dict[str, str]]
    owner: str
    can_take: bool
    take_href: str


def tabs(here: Tab, *, reviewer_only: bool) -> list[dict[str, Any]]:
    """Returns the tabs; a reviewer without cases has only the hand-overs, and no tabs."""
    if reviewer_only:
        return []
    return [{"text": _(text), "href": _list_address(tab), "here": tab is here} for tab, text in _TABS.items()]


def how_many(total: int, tab: Tab) -> str:
    if tab is Tab.HAND_OVERS:
        return str(ngettext("%(num)d hand-over, soonest due first", "%(num)d hand-overs, soonest due first", total))
    return str(ngettext("%(num)d case, soonest due first", "%(num)d cases, soonest due first", total))


def nothing(tab: Tab, *, filtered: bool) -> str:
    """Returns why the list is empty."""
    if filtered:
        return str(_("No cases match this filter."))
    return str(_(_EMPTY[tab]))


def statuses() -> list[dict[str, str]]:
    return [{"value": status.value, "text": _(text)} for status, text in _STATUSES.items()]


def done(code: str | None) -> str:
    """Returns the confirmation for a known `done` parameter, or an empty text."""
    return _(_DONE[code]) if code in _DONE else ""


def queue_row(row: CaseRow, reader_id: UUID, now: datetime) -> QueueRow:
    due_no_more = _due_no_more(row)
    return QueueRow(
        href=url_for("cases.show", case_id=row.id),
        who=who(row),
        reference=row.reference,
        due=None if due_no_more else due(row.due_at, now),
        ended=due_no_more,
        status=status(row),
        changed=bool(row.changed),
        another=bool(row.another_referral),
        tags=danger_tags(row),
        owner=owner(row, reader_id),
        can_take=row.state is CaseState.OPEN and row.owner_id is None,
        take_href=url_for("case_queue.take", case_id=row.id),
    )


def danger_tags(row: CaseRow) -> list[dict[str, str]]:
    """Returns the tag for the whole team; for viewers of the full case, the alarm reasons."""
    marks = [label(reason) for reason in row.alarm_reasons or ()]
    if row.alarm and not marks:
        marks.append(_("Alarm"))
    if row.danger and AlarmReason.DANGER_RAISED not in (row.alarm_reasons or ()):
        marks.append(_("May be in danger now"))
    return [{"text": str(mark), "colour": "red"} for mark in marks]


def _due_no_more(row: CaseRow) -> str:
    """Returns when the first contact, or the confirmation of a hand-over, is due; None if done."""
    if row.state in (CaseState.CLOSED, CaseState.CONFIRMED):
        return label(row.state)
    made = dates.timestamp(row.first_contact_at)
    return str(_("First contact made %(timestamp)s", timestamp=made)) if made else ""


def who(row: CaseRow) -> str:
    """Returns initials for the team; name and age for the worker and the manager."""
    if not row.known_whole:
        return row.initials or _("Name not known")
    name = row.name or _("Name not known")
    return f"{name}, {row.age}" if row.age is not None else name


def status(row: CaseRow) -> str:
    if row.state is not CaseState.OPEN or not row.known_whole:
        return label(row.state)
    return str(_(_STATUSES[Status.IN_CONTACT if row.first_contact_at else Status.WAITING]))


def owner(row: CaseRow, reader_id: UUID) -> str:
    if row.state in (CaseState.AWAITING_CONFIRMATION, CaseState.CONFIRMED):
        return row.team_name
    if row.owner_id is None:
        return str(_("Unassigned"))
    return str(_("You")) if row.owner_id == reader_id else row.owner or str(_("A colleague"))


def _list_address(tab: Tab) -> str:
    return url_for("case_queue.hand_overs") if tab is Tab.HAND_OVERS else url_for("case_queue.queue", tab=tab.value)
