"""Presenters of one case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from services.casework.adapters.alarm_queries import AlarmView
from services.casework.adapters.case_view import CaseChange, CaseView, CaseWhole, EntryView
from services.casework.adapters.same_person import OtherReferral
from services.casework.domain.case import SYSTEM, CaseState
from services.casework.domain.case_entries import EntryKind
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.change import ChangeKind
from services.casework.entrypoints.alarm_presenters import above
from services.casework.entrypoints.case_due import Due, due
from services.casework.entrypoints.case_labels import contact_label, label
from services.casework.entrypoints.case_list_presenters import danger_tags, owner, status, who
from services.casework.entrypoints.change_presenters import referral_changes, referrer
from services.casework.entrypoints.fact_labels import fact_rows, text_rows
from services.casework.entrypoints.referral_presenters import INFORMED_TEXTS, where_from, who_is_informed
from services.casework.entrypoints.review_labels import label as review_label
from services.contracts.codes import HAND_OVERS
from services.platform.ui import dates
from services.platform.ui.phones import dialled

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ChronologyEntry:
    id: UUID
    title: str
    occurred_at: datetime
    recorded_at: datetime
    recorded_later: bool
    by: str
    lines: list[str]
    text: str | None
    corrected_by: UUID | None
    correct_href: str | None


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """`whole` is false for viewers who see only what the team sees; then the fields after it are empty."""

    href: str
    list_href: str
    list_text: str
    title: str
    who: str
    due: Due | None
    status: str
    hand_over: bool
    can_take: bool
    take_href: str
    main_act: Row | None
    review_href: str | None
    whole: bool
    identity: list[str]
    badges: list[Row]
    danger: list[Row]
    """The mark for the whole team."""
    summary: list[Row]
    contact: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    informed: list[Row] = field(default_factory=list)
    referred: list[Row] = field(default_factory=list)
    alarms: list[Row] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    referral_changes: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)
    chronology: list[ChronologyEntry] = field(default_factory=list)


def case(view: CaseView, reader: CaseReader, now: datetime) -> CasePage:
    row, whole = view.row, view.whole
    is_hand_over = row.pathway in HAND_OVERS
    waits = row.state in (CaseState.OPEN, CaseState.AWAITING_CONFIRMATION) and row.first_contact_at is None
    return CasePage(
        href=url_for("cases.show", case_id=row.id),
        list_href=url_for("case_queue.hand_overs" if is_hand_over else "case_queue.queue"),
        list_text=_("Hand-overs") if is_hand_over else _("Queue"),
        title=_("Hand-over %(reference)s" if is_hand_over else "Case %(reference)s", reference=row.reference),
        who=who(row),
        due=due(row.due_at, now) if waits else None,
        status=status(row),
        hand_over=is_hand_over,
        can_take=row.state is CaseState.OPEN and row.owner_id is None,
        take_href=url_for("case_queue.take", case_id=row.id),
        main_act=_main_act(view),
        review_href=url_for("reviews.show", review_id=view.review_id) if is_hand_over and view.review_id else None,
        whole=whole is not None,
        identity=_identity(view, reader),
        badges=_badges(whole) if whole else [],
        danger=danger_tags(row) if whole is None or not whole.alarms else [],
        summary=_summary(view),
        **(_whole(view, whole, reader, now) if whole else {}),
    )


def _whole(view: CaseView, whole: CaseWhole, reader: CaseReader, now: datetime) -> dict[str, Any]:
    return {
        "alarms": above(whole.alarms, now),
        "others": [_other(other) for other in whole.other_referrals],
        "contact": _contact(whole),
        "facts": fact_rows(whole.facts),
        "texts": text_rows({name: text for name, text in whole.texts.items() if name not in INFORMED_TEXTS}),
        "informed": who_is_informed(whole.circumstances, whole.texts),
        "referred": where_from(
            source=whole.source,
            by_class=whole.referred_by_class,
            received_at=whole.received_at,
            area=None,
            circumstances=whole.circumstances,
        ),
        "changes": [_change(view.row.id, change) for change in whole.changes],
        "referral_changes": referral_changes(
            whole.referral_changes, by=referrer(whole.referrer_name, whole.referred_by_class, whole.source)
        ),
        "acts": _acts(view, reader),
        "chronology": chronology(view, whole),
    }


def _other(other: OtherReferral) -> str:
    when = dates.timestamp(other.received_at)
    return str(
        _(
            "%(reference)s, received %(timestamp)s. From: %(source)s",
            reference=other.reference,
            timestamp=when,
            source=review_label(other.source),
        )
    )


def _change(case_id: UUID, change: CaseChange) -> Row:
    when = dates.timestamp(change.arrived_at)
    if change.kind is ChangeKind.WITHDRAWN:
        text = _(
            "The referrer asked to withdraw the referral on %(timestamp)s. Reason: %(reason)s."
            " The case stays open until you close it.",
            timestamp=when,
            reason=label(change.reason) if change.reason else _("Not recorded"),
        )
    else:
        text = _(
            "The referrer updated the referral on %(timestamp)s. The information below is up to date.", timestamp=when
        )
    version = change.referral_version
    return {"text": text, "href": url_for("cases.read_change", case_id=case_id, referral_version=version)}


def _identity(view: CaseView, reader: CaseReader) -> list[str]:
    """Returns the facts next to the name on every page of a case."""
    facts = [view.row.reference, _("Assigned to: %(name)s", name=owner(view.row, reader.staff_id))]
    if view.whole is not None and view.whole.date_of_birth:
        facts.insert(0, _("Born %(day)s", day=dates.day(view.whole.date_of_birth)))
    return facts


def _badges(whole: CaseWhole) -> list[Row]:
    """Returns what a worker must see before contact."""
    badges = []
    if whole.do_not_contact or whole.do_not_contact_note:
        badges.append({"text": _("Do not contact: %(ways)s", ways=avoid(whole)), "colour": "red"})
    if whole.interpreter_language or whole.interpreter_needed:
        badges.append({"text": _("Interpreter needed"), "colour": "purple"})
    return badges


def _summary(view: CaseView) -> list[Row]:
    row, whole = view.row, view.whole
    rows = [{"key": _("Team"), "value": row.team_name}]
    if row.pathway in HAND_OVERS and view.on_call_address:
        rows.append({"key": _("How to reach the team"), "value": view.on_call_address})
    if whole is None:
        return rows
    rows.append({"key": _("Decided"), "value": f"{label(whole.level)}, {label(row.pathway)}"})
    if whole.reasons:
        rows.append({"key": _("Why"), "value": whole.reasons})
        rows.append({"key": _("Decided by"), "value": whole.decided_by_name or _("A member of staff")})
    if whole.confirmed_at:
        rows.append({"key": _("Confirmed"), "value": dates.timestamp(whole.confirmed_at)})
    if row.pathway in HAND_OVERS:
        return rows
    rows += [
        {"key": _("First contact"), "value": dates.timestamp(row.first_contact_at) or _("Not yet")},
        {"key": _("The young person’s answer"), "value": _answer(whole) or _("Not yet")},
        {"key": _("Equality questions"), "value": _("Answered") if whole.equality_asked else _("Not asked yet")},
        {"key": _("Outcome"), "value": label(whole.outcome) if whole.outcome else _("Not yet")},
    ]
    if whole.close_reason:
        rows.append({"key": _("Closed because"), "value": label(whole.close_reason)})
    return rows


def _answer(whole: CaseWhole) -> str:
    if whole.answer is None:
        return ""
    text = label(whole.answer)
    return f"{text} ({dates.day(whole.later_on)})" if whole.later_on else text


def _main_act(view: CaseView) -> Row | None:
    """Returns the next thing to do, if any."""
    row, whole = view.row, view.whole
    if row.state is CaseState.AWAITING_CONFIRMATION:
        return _act(row.id, "confirmation", _("Confirm the hand-over"))
    if whole is None or row.state is not CaseState.OPEN:
        return None
    if row.first_contact_at is None:
        if any(entry.reached for entry in whole.entries):
            return _act(row.id, "first_contact", _("Record the first contact"))
        return _act(row.id, "contact", _("Record a contact attempt"))
    if whole.answer is None:
        return _act(row.id, "answer", _("Record the young person’s answer"))
    return _act(row.id, "note", _("Add a note"))


def _acts(view: CaseView, reader: CaseReader) -> list[Row]:
    row = view.row
    if row.state is CaseState.CLOSED and reader.manager:
        return [_act(row.id, "reopening", _("Reopen the case"))]
    if row.state is not CaseState.OPEN:
        return []
    acts = [
        _act(row.id, "note", _("Add a note")),
        _act(row.id, "contact", _("Record a contact attempt")),
    ]
    if row.first_contact_at is None:
        acts.append(_act(row.id, "first_contact", _("Record the first contact")))
    else:
        acts.append(_act(row.id, "answer", _("Record the young person’s answer")))
        acts.append(_act(row.id, "equality", _("Equality questions")))
    acts.append(_act(row.id, "outcome", _("Record an outcome")))
    acts.append(_act(row.id, "closure", _("Close the case")))
    if reader.manager:
        acts.append(_act(row.id, "assignment", _("Assign the case")))
    if row.owner_id is not None:
        acts.append(_act(row.id, "unassignment", _("Return the case to Unassigned")))
    return acts


def _act(case_id: UUID, name: str, text: str) -> Row:
    return {"href": url_for(f"cases.{name}", case_id=case_id), "text": text}


def chronology(view: CaseView, whole: CaseWhole) -> list[ChronologyEntry]:
    """Returns the chronology, newest first, with alarms. A corrected note stays and links to its correction."""
    corrections = {entry.corrects_id: entry.id for entry in whole.entries if entry.corrects_id}
    is_open = view.row.state is CaseState.OPEN
    newest_first = sorted(whole.entries, key=lambda entry: (entry.occurred_at, entry.version), reverse=True)
    written = [_entry(view, entry, corrections.get(entry.id), is_open) for entry in newest_first]
    raised = [_raised(alarm) for alarm in whole.alarms]
    return sorted([*written, *raised], key=lambda entry: entry.occurred_at, reverse=True)


def _raised(alarm: AlarmView) -> ChronologyEntry:
    return ChronologyEntry(
        id=alarm.id,
        title=_("Alarm raised"),
        occurred_at=alarm.raised_at,
        recorded_at=alarm.raised_at,
        recorded_later=False,
        by=_("the referrer"),
        lines=[label(reason) for reason in alarm.reasons],
        text=None,
        corrected_by=None,
        correct_href=None,
    )


def _entry(view: CaseView, entry: EntryView, corrected_by: UUID | None, is_open: bool) -> ChronologyEntry:
    is_note = entry.kind in (EntryKind.NOTE, EntryKind.NOTE_CORRECTED)
    correct = is_note and is_open and corrected_by is None
    return ChronologyEntry(
        id=entry.id,
        title=label(entry.kind),
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        recorded_later=entry.recorded_at != entry.occurred_at,
        by=_("Waymark") if entry.recorded_by == SYSTEM else entry.recorded_by_name or _("A member of staff"),
        lines=_lines(view, entry),
        text=entry.text,
        corrected_by=corrected_by,
        correct_href=url_for("cases.correction", case_id=view.row.id, note_id=entry.id) if correct else None,
    )


def _lines(view: CaseView, entry: EntryView) -> list[str]:
    """Returns the labels of the entry's codes."""
    lines: list[str] = []
    if entry.kind is EntryKind.OPENED and view.whole is not None:
        lines.append(f"{label(view.whole.level)}, {label(view.row.pathway)}")
    if entry.kind is EntryKind.ASSIGNED:
        lines.append(_("To %(name)s", name=entry.assignee_name or _("A member of staff")))
    if entry.unassign_reason is not None:
        lines.append(label(entry.unassign_reason))
    if entry.mode is not None:
        reached = _("reached the young person") if entry.reached else _("did not reach the young person")
        lines.append(f"{label(entry.mode)}: {reached}")
    if entry.answer is not None:
        text = label(entry.answer)
        lines.append(f"{text} ({dates.day(entry.later_on)})" if entry.later_on else text)
    if entry.outcome is not None:
        lines.append(label(entry.outcome))
    if entry.close_reason is not None:
        lines.append(label(entry.close_reason))
    if entry.why is not None:
        lines.append(_("Used although it is on the do-not-contact list: %(why)s", why=entry.why))
    if entry.confirmed_by is not None:
        lines.append(_("Confirmed by %(name)s", name=entry.confirmed_by))
    return lines


def _contact(whole: CaseWhole) -> list[Row]:
    """Returns how to reach the young person safely, with what to avoid first."""
    rows = [
        {
            "key": _("Do not contact"),
            "value": _ways(whole.do_not_contact, whole.do_not_contact_note) or _("None recorded"),
        },
        {
            "key": _("Safe ways to contact"),
            "value": _ways(whole.safe_contact, whole.safe_contact_note) or _("Not known"),
        },
        {"key": _("Phone"), "value": dialled(whole.phone or "") or _("Not known")},
        {"key": _("Address"), "value": whole.address or _("Not known")},
        {"key": _("Postcode"), "value": whole.postcode or _("Not known")},
    ]
    if whole.interpreter_language or whole.interpreter_needed:
        rows.append({"key": _("Interpreter"), "value": whole.interpreter_language or _("Needed; language not known")})
    return rows


def avoid(whole: CaseWhole) -> str:
    """Returns what to avoid, for the middle of a sentence: "at home, by phone"."""
    named = [_lower(contact_label(code)) for code in whole.do_not_contact]
    if whole.do_not_contact_note:
        named.append(_("read the note"))
    return ", ".join(named)


def _lower(words_of_it: str) -> str:
    return words_of_it[:1].lower() + words_of_it[1:]


def _ways(codes: Sequence[str], note: str | None) -> str:
    named = ", ".join(contact_label(code) for code in codes)
    return f"{named}. {note}" if named and note else named or note or ""
