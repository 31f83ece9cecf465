"""Options and initial values of the pages of a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from services.casework.adapters.case_view import CaseView
from services.casework.domain.case_entries import EntryKind
from services.casework.domain.case_rules import NoteNotFound
from services.casework.domain.contact_ways import forbidden_ways
from services.casework.entrypoints.case_forms import MAX_NOTE, MAX_REMARK
from services.casework.entrypoints.case_labels import choices, label
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Sex,
    YoungPersonAnswer,
)
from services.platform.auth.identity import Identity
from services.platform.ui import dates

Items = list[dict[str, Any]]


def start(name: str, view: CaseView, identity: Identity, now: datetime, **below: UUID) -> Mapping[str, Any]:
    """Returns initial values: today, the viewer's name, the text to correct."""
    match name:
        case "contact":
            return {"attempted_at": dates.local(now).date()}
        case "confirmation":
            of_the_team = view.row.team_id in identity.teams
            return {"confirmed_at": dates.local(now).date()} | (
                {"confirmed_by": identity.display_name} if of_the_team else {}
            )
        case "correction":
            return {"text": _old(view, below["note_id"])}
    return {}


def options(name: str, view: CaseView, **below: UUID) -> Mapping[str, Any]:
    whole = view.whole
    match name:
        case "note":
            return {"maximum": MAX_NOTE}
        case "correction":
            return {"maximum": MAX_NOTE, "old": _old(view, below["note_id"])}
        case "contact":
            return {"maximum": MAX_REMARK, "modes": _modes(view), "forbidden": _forbidden(view)}
        case "first_contact":
            attempt = url_for("cases.contact", case_id=view.row.id)
            return {"attempts": _attempts(view), "answers": choices(YoungPersonAnswer), "attempt_href": attempt}
        case "answer":
            return {"answers": choices(YoungPersonAnswer)}
        case "equality":
            return _equality() | {"asked": whole is not None and whole.equality_asked}
        case "outcome":
            return {"outcomes": choices(Outcome)}
        case "closure":
            has = whole is not None and whole.outcome is not None
            outcome = url_for("cases.outcome", case_id=view.row.id)
            return {"reasons": choices(CloseReason), "outcome": has, "outcome_href": outcome}
        case "reopening" | "unassignment":
            return {"maximum": MAX_REMARK}
        case "assignment":
            others = [(staff_id, name) for staff_id, name in view.members if staff_id != view.row.owner_id]
            return {"members": [{"value": str(staff_id), "text": name} for staff_id, name in others]}
    return {}


def _forbidden(view: CaseView) -> frozenset[ContactMode]:
    return forbidden_ways(view.whole.do_not_contact) if view.whole else frozenset()


def _modes(view: CaseView) -> Items:
    """Returns the modes of contact, marking those on the do-not-contact list."""
    forbidden = _forbidden(view)
    hint = _("On the do-not-contact list")
    return [item | ({"hint": hint} if item["value"] in forbidden else {}) for item in choices(ContactMode)]


def _attempts(view: CaseView) -> Items:
    reached = [
        entry
        for entry in (view.whole.entries if view.whole else ())
        if entry.kind is EntryKind.CONTACT_ATTEMPTED and entry.reached
    ]
    return [
        {"value": str(entry.id), "text": f"{label(entry.mode)}, {dates.timestamp(entry.occurred_at)}"}
        for entry in reached
        if entry.mode
    ]


def _equality() -> dict[str, Any]:
    """ "Prefer not to say" is an answer; to leave a question alone is "not asked yet"."""
    return {"ethnicity": choices(Ethnicity), "sex": choices(Sex), "disability": choices(Disability)}


def _old(view: CaseView, note_id: UUID) -> str:
    for entry in view.whole.entries if view.whole else ():
        if entry.id == note_id and entry.kind in (EntryKind.NOTE, EntryKind.NOTE_CORRECTED):
            return entry.text or ""
    raise NoteNotFound
