"""Presenters of one review: what happened next to strengths, and lawful bases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _

from services.casework.adapters.review_queries import BasisView, MatchView, ReviewWhole
from services.casework.adapters.review_rounds import RoundView
from services.casework.adapters.same_person import OpenCase
from services.casework.domain.decision import OwnView
from services.casework.domain.withdrawal import CONSENT
from services.casework.entrypoints import alarm_presenters, proposal_presenters
from services.casework.entrypoints.case_due import Due, due
from services.casework.entrypoints.case_labels import contact_label
from services.casework.entrypoints.change_presenters import referral_changes, referrer
from services.casework.entrypoints.fact_labels import fact_rows, text_rows
from services.casework.entrypoints.proposal_presenters import ProposalPage
from services.casework.entrypoints.referral_presenters import INFORMED_TEXTS, where_from, who_is_informed
from services.casework.entrypoints.review_labels import identifiers, label, match_state
from services.casework.entrypoints.review_list_presenters import assignee, is_paused, leaving
from services.casework.entrypoints.review_reading import Opened
from services.contracts.codes import HAND_OVERS, Answer, RecipientClass, SupportLevel
from services.platform.ui import dates
from services.platform.ui.phones import dialled

Row = dict[str, Any]

_STRENGTH_TEXTS = ("strengths", "own_words")
_SHOWN_ELSEWHERE = (*INFORMED_TEXTS, *_STRENGTH_TEXTS, "immediate_danger", "concern")


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """`caption` and addresses are on every page of a review; the rest is for its first page."""

    id: str
    caption: str
    reference: str
    href: str
    estimate_href: str
    decision_href: str
    question_href: str
    bases_href: str
    list_href: str
    claim_href: str
    extend_href: str
    release_href: str
    revision: int
    agreement_href: str
    is_open: bool
    danger: bool
    due: Due | None
    leaving: str
    unanswered: bool
    later_href: str
    stopped: str
    status: str
    claimed_by: str | None
    """The other reviewer who has claimed it."""
    mine_until: str
    """When the viewer's own claim ends, if they have one."""
    withdrawal: Row | None
    """A withdrawal that waits for a reviewer, or that only this one can still read."""
    details_arrived: bool
    question: str
    own_view: Row | None
    earlier_view: Row | None
    decision: list[Row]
    proposal: ProposalPage | None
    """The proposal that waits for a second reviewer."""
    earlier_proposals: list[list[Row]]
    last_proposal: list[Row]
    """How the last one ended, if none waits."""
    changes: list[Row]
    facts_note: str
    """Which version of the facts is shown after the review ended."""
    age_note: str
    hand_over_href: str | None
    alarms: list[Row]
    history: list[Row]
    earlier_rounds: list[Row]
    newer_href: str | None
    may_start_round: bool
    open_cases: list[str]
    hidden_from: str
    """The recipient whose team can no longer see the decision's case."""


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The referral itself, in sections."""

    who: list[Row]
    danger_text: str
    happened: list[Row]
    concern: str
    strengths: list[Row]
    strength_texts: list[Row]
    others: list[Row]
    informed: list[Row]
    referred: list[Row]
    bases: list[Row]
    matches: list[Row]


def page(opened: Opened, reader_id: UUID, now: datetime) -> ReviewPage:
    row, whole = opened.whole.row, opened.whole
    paused = opened.is_open and is_paused(row)
    stopped = _("Paused until %(timestamp)s", timestamp=dates.timestamp(row.pause_ends_at)) if paused else ""
    newest = whole.rounds.newest_id
    by_another = row.claimed_by not in (None, reader_id)
    return ReviewPage(
        id=str(row.id),
        caption=_("Referral %(reference)s, %(who)s", reference=row.reference, who=_short(whole)),
        reference=row.reference,
        href=url_for("reviews.show", review_id=row.id),
        estimate_href=url_for("review_decisions.estimate", review_id=row.id),
        decision_href=url_for("review_decisions.decision", review_id=row.id),
        question_href=url_for("review_decisions.question", review_id=row.id),
        bases_href=url_for("reviews.bases", review_id=row.id, recipient=whole.hidden_from),
        agreement_href=url_for("review_agreement.answer", review_id=row.id),
        list_href=url_for("reviews.waiting"),
        claim_href=url_for("reviews.claim", review_id=row.id),
        extend_href=url_for("reviews.extend_claim", review_id=row.id),
        release_href=url_for("reviews.release_claim", review_id=row.id),
        revision=row.revision,
        is_open=opened.is_open,
        danger=row.danger,
        due=due(row.due_at, now) if opened.is_open and not paused else None,
        leaving=leaving(row) if opened.is_open else "",
        unanswered=row.unanswered,
        later_href=url_for("review_decisions.later", review_id=row.id),
        stopped=str(stopped),
        status=label(row.state),
        claimed_by=assignee(row, reader_id) if by_another and opened.is_open else None,
        mine_until=_mine_until(opened, reader_id),
        withdrawal=_withdrawal(opened),
        details_arrived=row.details_arrived,
        question=label(whole.question) if whole.question else "",
        own_view=view(opened.own_view),
        earlier_view=view(opened.earlier_view),
        decision=_decision(whole, has_view=opened.own_view is not None),
        proposal=proposal_presenters.waiting(whole.proposals, reader_id),
        earlier_proposals=proposal_presenters.ended(whole.proposals),
        last_proposal=proposal_presenters.last_end(whole.proposals) if opened.is_open else [],
        changes=_changes(whole),
        facts_note=_facts_note(opened),
        age_note=_age_note(whole),
        hand_over_href=_hand_over(whole),
        alarms=alarm_presenters.above(whole.alarms, now),
        history=alarm_presenters.history(whole.alarms),
        earlier_rounds=[_earlier(earlier) for earlier in whole.rounds.earlier],
        newer_href=None if newest == row.id else url_for("reviews.show", review_id=newest),
        open_cases=[_open_case(case) for case in whole.open_cases],
        may_start_round=whole.rounds.may_start,
        hidden_from=label(whole.hidden_from) if whole.hidden_from else "",
    )


def _mine_until(opened: Opened, reader_id: UUID) -> str:
    row = opened.whole.row
    mine = row.claimed_by == reader_id and opened.is_open
    return dates.time_of_day(row.claim_expires_at) if mine and row.claim_expires_at else ""


def _changes(whole: ReviewWhole) -> list[Row]:
    by = referrer(whole.referrer_name, whole.referred_by_class, whole.row.source)
    decided_on = whole.row.referral_version if whole.decision else None
    return referral_changes(whole.changes, by=by, decided_on=decided_on)


def _facts_note(opened: Opened) -> str:
    if opened.is_open:
        return ""
    if not opened.whole.as_decided:
        return str(_("The facts at the time of the decision were not stored. Below are the facts as they are now."))
    if opened.whole.decision is None:
        return str(_("Below are the facts as they were when the review was closed."))
    return str(_("Below are the facts at the time of the decision."))


def _age_note(whole: ReviewWhole) -> str:
    """Returns a note if the estimate uses another age than today's."""
    if whole.age_at_referral is None:
        return ""
    return str(_("The estimate uses the age on the day of the referral: %(age)d.", age=whole.age_at_referral))


def _withdrawal(opened: Opened) -> Row | None:
    withdrawal = opened.whole.withdrawal
    if withdrawal is None or (not opened.is_open and not withdrawal.is_of_consent):
        return None
    return {
        "reason": label(withdrawal.reason),
        "day": dates.day(dates.local(withdrawal.withdrawn_at).date()),
        "of_consent": withdrawal.is_of_consent,
        "open": opened.is_open,
        "confirmed": dates.timestamp(withdrawal.confirmed_at) if withdrawal.confirmed_at else "",
        "readable_until": dates.timestamp(withdrawal.readable_until) if withdrawal.readable_until else "",
        "readable_days": current_app.extensions["casework.consent_withdrawn_readable_days"],
        "triage_ends": any(_rests_on_consent(basis) for basis in opened.whole.bases)
        and not any(_is_other_triage_basis(basis) for basis in opened.whole.bases),
    }


def _rests_on_consent(basis: BasisView) -> bool:
    return basis.recipient_class is RecipientClass.TRIAGE and basis.basis in CONSENT


def _is_other_triage_basis(basis: BasisView) -> bool:
    return basis.recipient_class is RecipientClass.TRIAGE and basis.basis not in CONSENT


def sections(whole: ReviewWhole) -> Sections:
    texts = whole.texts or {}
    facts = {name: value for name, value in whole.facts.items() if name not in ("immediate_danger", "strengths")}
    danger = {"immediate_danger": whole.facts.get("immediate_danger") or Answer.NOT_KNOWN.value}
    return Sections(
        who=_who(whole),
        danger_text=texts.get("immediate_danger", ""),
        happened=fact_rows(danger) + fact_rows(facts),
        concern=texts.get("concern", ""),
        strengths=fact_rows({"strengths": whole.facts.get("strengths")}),
        strength_texts=_texts(texts, *_STRENGTH_TEXTS),
        others=text_rows({name: text for name, text in texts.items() if name not in _SHOWN_ELSEWHERE}),
        informed=who_is_informed(whole.circumstances, texts),
        referred=where_from(
            source=whole.row.source,
            by_class=whole.referred_by_class,
            received_at=whole.received_at,
            area=whole.area_name,
            circumstances=whole.circumstances,
        ),
        bases=[_basis(basis) for basis in whole.bases],
        matches=[_match(match) for match in whole.matches],
    )


def view(own: OwnView | None) -> Row | None:
    """Returns a reviewer's own view, only for themselves."""
    if own is None:
        return None
    return {
        "level": label(own.level),
        "sureness": label(own.sureness),
        "why": own.why,
        "timestamp": dates.timestamp(own.recorded_at),
        "shown": dates.timestamp(own.shown_at),
        "short": own.level is SupportLevel.NOT_ENOUGH_INFORMATION,
    }


def _open_case(case: OpenCase) -> str:
    return str(_("%(team)s, since %(day)s", team=case.team_name or _("A team"), day=dates.day(case.opened_at)))


def _earlier(earlier: RoundView) -> Row:
    decided = f"{label(earlier.level)}, {label(earlier.pathway)}" if earlier.level and earlier.pathway else ""
    return {
        "href": url_for("reviews.show", review_id=earlier.id),
        "timestamp": dates.timestamp(earlier.decided_at),
        "decided": decided,
    }


def _short(whole: ReviewWhole) -> str:
    name = whole.name or _("name not known")
    return f"{name}, {whole.row.age}" if whole.row.age is not None else str(name)


def _who(whole: ReviewWhole) -> list[Row]:
    """Ways not to use come before the safe ways."""
    known = whole.details or {}
    born = dates.day(whole.date_of_birth) if whole.date_of_birth else _("Not known")
    age = f"{whole.row.age} ({label(whole.age_basis)})" if whole.row.age is not None else label(whole.age_basis)
    rows = [
        {"key": _("Name or nickname"), "value": whole.name or _("Not known")},
        {"key": _("Date of birth"), "value": born},
        {"key": _("Age"), "value": age},
        {"key": _("Do not contact"), "value": _ways(known, "do_not_contact") or _("None recorded")},
        {"key": _("Safe ways to contact"), "value": _ways(known, "safe_contact") or _("Not known")},
        {"key": _("Phone"), "value": dialled(known.get("phone") or "") or _("Not known")},
    ]
    language = known.get("interpreter_language")
    if language or whole.interpreter_needed:
        rows.append({"key": _("Interpreter needed"), "value": language or _("Language not known")})
    return rows


def _ways(known: Mapping[str, Any], name: str) -> str:
    named = ", ".join(contact_label(code) for code in known.get(name) or [])
    note = known.get(f"{name}_note") or ""
    return f"{named}. {note}" if named and note else named or note


def _texts(texts: Mapping[str, str], *names: str) -> list[Row]:
    return text_rows({name: texts[name] for name in names if texts.get(name)})


def _basis(basis: BasisView) -> Row:
    parts = [label(basis.basis), label(basis.gateway)] if basis.gateway else [label(basis.basis)]
    if basis.expires_on:
        parts.append(_("until %(day)s", day=dates.day(basis.expires_on)))
    return {
        "recipient": label(basis.recipient_class),
        "basis": "; ".join(parts),
        "withdrawn": _("Consent withdrawn on %(day)s", day=dates.day(dates.local(basis.withdrawn_at).date()))
        if basis.withdrawn_at
        else "",
        "reason": basis.reason or "",
        "added": basis.added_by is not None,
    }


def _match(match: MatchView) -> Row:
    return {
        "href": f"/intake/matches/{match.id}",
        "reference": match.other_reference,
        "state": match_state(match.state),
        "agreeing": identifiers(match.agreeing),
        "contradicting": identifiers(match.contradicting),
    }


def _hand_over(whole: ReviewWhole) -> str | None:
    handed_over = whole.decision is not None and whole.decision.pathway in HAND_OVERS
    return url_for("case_queue.hand_overs") if handed_over else None


def _decision(whole: ReviewWhole, *, has_view: bool) -> list[Row]:
    decided = whole.decision
    if decided is None:
        return []
    by = decided.decided_by_name or _("A member of staff")
    rows = [
        {
            "key": _("Decided"),
            "value": _("%(timestamp)s by %(name)s", timestamp=dates.timestamp(decided.decided_at), name=by),
        },
        {"key": _("Support"), "value": label(decided.level)},
        {"key": _("Goes to"), "value": label(decided.pathway)},
    ]
    if decided.team_name:
        rows.append({"key": _("Team"), "value": decided.team_name})
    rows.append({"key": _("Reasons"), "value": decided.reasons})
    if has_view and decided.difference_reasons:
        why = "; ".join(label(code) for code in decided.difference_reasons)
        rows.append({"key": _("Why it differs from the estimate"), "value": why})
    return [*rows, *proposal_presenters.agreement(whole.proposals)]
