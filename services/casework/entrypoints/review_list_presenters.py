"""Presenters of the list of reviews."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from services.casework.adapters.changes import ChangeRow
from services.casework.adapters.review_queries import ConsentWithdrawal, ReviewRow
from services.casework.domain.change import ChangeKind
from services.casework.domain.review import ReviewState
from services.casework.entrypoints.case_due import Due, due
from services.casework.entrypoints.review_labels import label
from services.platform.i18n import N_
from services.platform.ui import dates

_DONE = {
    "none": N_(
        "No referrals are waiting for you. Each one has been decided, is under review, or is waiting for an answer."
    ),
    "read": N_("Marked as read."),
    "withdrawn": N_("The referral is withdrawn. Its review is closed."),
    "claimed": N_("You are reviewing this referral now. Other reviewers can see this."),
    "released": N_("You are no longer reviewing that referral."),
    "decided": N_("Decision recorded."),
    "proposed": N_("Your proposal is recorded. It takes effect once another reviewer of this area agrees."),
    "agreed": N_("Your agreement is recorded, and the decision has taken effect."),
    "refused": N_("Your answer is recorded. The referral waits for a decision again."),
    "answered": N_("Nothing was recorded: the proposal had already been answered, replaced or ended."),
    "asked": N_(
        "Your question has been sent to the referrer. The time limit is paused until they answer, but not indefinitely."
    ),
    "put_off": N_("The referral comes back on the date you chose, or when the referrer answers."),
    "basis": N_("Lawful basis recorded."),
    "round": N_("A new review of this referral has started. The history shows the earlier decision."),
}
_CHANGES = {
    ChangeKind.AMENDED: N_("The referrer updated the referral"),
    ChangeKind.WITHDRAWN: N_("The referrer asked to withdraw the referral"),
}


@dataclass(frozen=True, kw_only=True)
class ReviewItem:
    href: str
    who: str
    reference: str
    due: Due
    leaving: str
    source: str
    status: str
    assignee: str
    tags: list[dict[str, str]]


def done(code: str | None) -> str:
    """Returns the confirmation for a known `done` parameter, or an empty text."""
    return str(_(_DONE[code])) if code in _DONE else ""


def item(row: ReviewRow, reader_id: UUID, now: datetime) -> ReviewItem:
    return ReviewItem(
        href=url_for("reviews.show", review_id=row.id),
        who=who(row),
        reference=row.reference,
        due=due_of(row, now),
        leaving=leaving(row),
        source=label(row.source),
        status=label(row.state),
        assignee=assignee(row, reader_id),
        tags=_tags(row),
    )


def is_paused(row: ReviewRow) -> bool:
    return row.paused_at is not None and not row.unanswered


def due_of(row: ReviewRow, now: datetime) -> Due:
    if not is_paused(row):
        return due(row.due_at, now)
    until = _("until %(timestamp)s (waiting for the referrer)", timestamp=dates.timestamp(row.pause_ends_at))
    return Due(str(_("Paused")), str(until), "later")


def leaving(row: ReviewRow) -> str:
    """Returns when they leave hospital, which may be why it is due soon."""
    if row.leaves_at is None:
        return ""
    return str(_("Expected to leave hospital: %(timestamp)s", timestamp=dates.timestamp(row.leaves_at)))


def change(row: ChangeRow) -> dict[str, Any]:
    return {
        "href": url_for("reviews.show", review_id=row.review_id),
        "read_href": url_for(
            "reviews.read_change", referral_id=row.referral_id, version=row.referral_version, kind=row.kind
        ),
        "text": _(_CHANGES[row.kind]) if row.kind in _CHANGES else _expired(row),
        "reference": row.reference,
        "timestamp": dates.timestamp(row.arrived_at),
    }


def consent_withdrawal(row: ConsentWithdrawal) -> dict[str, Any]:
    day = dates.day(dates.local(row.withdrawn_at).date())
    return {
        "href": url_for("reviews.show", review_id=row.review_id),
        "reference": row.reference,
        "text": _("Consent withdrawn on %(day)s: confirm", day=day),
    }


def _expired(row: ChangeRow) -> str:
    recipient = label(row.team_class) if row.team_class else _("The team")
    return str(
        _(
            "%(recipient)s: no lawful basis any more, so the team can no longer see the case."
            " Record another lawful basis with your reason, or hand over",
            recipient=recipient,
        )
    )


def who(row: ReviewRow) -> str:
    """Returns initials and age, as far as known."""
    known = row.initials if row.initials and row.initials != "–" else _("Name not known")
    return f"{known}, {row.age}" if row.age is not None else str(known)


def assignee(row: ReviewRow, reader_id: UUID) -> str:
    if row.claimed_by is None:
        return str(_("Unassigned"))
    return str(_("You")) if row.claimed_by == reader_id else row.claimed_by_name or str(_("A colleague"))


def _tags(row: ReviewRow) -> list[dict[str, str]]:
    """Returns the tags of a row. Nothing in them comes from an estimate."""
    tags = [{"text": label(reason), "colour": "red"} for reason in row.alarm_reasons]
    if row.danger:
        tags.append({"text": str(_("May be in danger now")), "colour": "red"})
    if row.unanswered:
        tags.append({"text": str(_("The referrer has not answered")), "colour": "yellow"})
    if row.withdrawal_asked and row.state is not ReviewState.CLOSED:
        tags.append({"text": str(_("Withdrawal requested")), "colour": "yellow"})
    if not row.details_arrived:
        tags.append({"text": str(_("Details not received yet")), "colour": "grey"})
    return tags
