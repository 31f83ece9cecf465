"""Presenters of a person's cases and reviews, and of notices to managers."""

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from services.casework.adapters.holding_queries import CaseHeld, Caseload, Holdings, NoticeRow, ReviewHeld
from services.casework.entrypoints.case_labels import label
from services.platform.ui import dates

Row = dict[str, Any]


def account(person: Holdings | Caseload) -> Row:
    """Returns the status of the account and the last known sign-in."""
    if not person.active:
        text, colour = _("Switched off"), "red"
    elif person.idle:
        text, colour = _("Not signed in for a long time"), "yellow"
    else:
        text, colour = _("Active"), "grey"
    return {"text": text, "colour": colour, "seen": _seen(person.seen_at)}


def _seen(at: datetime | None) -> str:
    return str(_("Last known sign-in: %(day)s", day=dates.day(dates.local(at).date()))) if at else ""


def caseload(person: Caseload) -> Row:
    return {
        "name": person.display_name,
        "href": url_for("holdings.show", staff_id=person.staff_id),
        "open_cases": person.open_cases,
        "account": account(person),
    }


def notice(row: NoticeRow) -> Row:
    return {
        "href": url_for("cases.show", case_id=row.case_id),
        "who": row.initials or _("Name not known"),
        "reference": row.reference,
        "text": label(row.kind),
        "worker": row.staff_name or _("A member of staff"),
        "since": dates.timestamp(row.raised_at),
        "read_href": url_for("holdings.read_notice", notice_id=row.id),
    }


def case_row(row: CaseHeld) -> Row:
    acts = [
        {"href": url_for("cases.assignment", case_id=row.id), "text": _("Hand over to a colleague")},
        {"href": url_for("cases.unassignment", case_id=row.id), "text": _("Return to Unassigned")},
    ]
    return _row(row) | {"acts": acts}


def hand_over_row(row: CaseHeld) -> Row:
    act = {"href": url_for("cases.confirmation", case_id=row.id), "text": _("Confirm the hand-over")}
    return _row(row) | {"acts": [act]}


def review_row(row: ReviewHeld, holdings: Holdings) -> Row:
    details = [_("They are reviewing it")] if row.claimed else []
    details += [_("Waiting for an answer to their question")] if row.asked else []
    return {
        "href": url_for("reviews.show", review_id=row.id),
        "reference": row.reference,
        "details": ". ".join(details),
        "due": dates.timestamp(row.due_at),
        "acts": [],
        "release_href": url_for("holdings.release", staff_id=holdings.staff_id, review_id=row.id),
    }


def _row(row: CaseHeld) -> Row:
    return {
        "href": url_for("cases.show", case_id=row.id),
        "reference": row.reference,
        "details": f"{row.initials}, {row.team_name}" if row.initials else row.team_name,
        "due": dates.timestamp(row.due_at),
    }
