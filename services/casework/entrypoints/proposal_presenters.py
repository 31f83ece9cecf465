"""Presenters of proposals: the waiting one and earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from services.casework.adapters.proposal_queries import ProposalView
from services.casework.entrypoints.review_labels import label
from services.platform.ui import dates

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    own: bool
    """Whether the viewer proposed it and so cannot answer it."""
    by: str
    timestamp: str
    summary: list[Row]


def waiting(proposals: Sequence[ProposalView], reader_id: UUID) -> ProposalPage | None:
    found = next((proposal for proposal in proposals if proposal.outcome is None), None)
    if found is None:
        return None
    return ProposalPage(
        own=found.proposed_by == reader_id,
        by=found.proposed_by_name or _("A member of staff"),
        timestamp=dates.timestamp(found.proposed_at),
        summary=_summary(found),
    )


def ended(proposals: Sequence[ProposalView]) -> list[list[Row]]:
    """Returns the summary rows of each, newest first."""
    return [_summary(proposal) + _end(proposal) for proposal in proposals if proposal.outcome is not None]


def last_end(proposals: Sequence[ProposalView]) -> list[Row]:
    """Returns how the last one ended, if none waits."""
    return _end(proposals[0]) if proposals and proposals[0].outcome is not None else []


def agreement(proposals: Sequence[ProposalView]) -> list[Row]:
    """Returns who agreed to the decision and why; empty if nobody had to."""
    agreed = next((one for one in proposals if one.outcome is not None and one.outcome == "agreed"), None)
    if agreed is None:
        return []
    by = agreed.ended_by_name or _("A member of staff")
    return [
        {
            "key": _("Second reviewer"),
            "value": _("%(name)s agreed on %(timestamp)s", name=by, timestamp=dates.timestamp(agreed.ended_at)),
        },
        {"key": _("Why they agreed"), "value": agreed.ended_reason or ""},
    ]


def _summary(proposal: ProposalView) -> list[Row]:
    by = proposal.proposed_by_name or _("A member of staff")
    rows = [
        {
            "key": _("Proposed"),
            "value": _("%(timestamp)s by %(name)s", timestamp=dates.timestamp(proposal.proposed_at), name=by),
        },
        {"key": _("Support"), "value": label(proposal.level)},
        {"key": _("Goes to"), "value": label(proposal.pathway)},
    ]
    if proposal.team_name:
        rows.append({"key": _("Team"), "value": proposal.team_name})
    return [*rows, {"key": _("Reasons"), "value": proposal.reasons}]


def _end(proposal: ProposalView) -> list[Row]:
    outcome = label(proposal.outcome) if proposal.outcome else ""
    value = _("%(outcome)s, %(timestamp)s", outcome=outcome, timestamp=dates.timestamp(proposal.ended_at))
    if proposal.ended_by_name:
        value = _("%(outcome)s by %(name)s", outcome=value, name=proposal.ended_by_name)
    rows = [{"key": _("Result"), "value": value}]
    if proposal.ended_reason:
        rows.append({"key": _("Reason given"), "value": proposal.ended_reason})
    return rows
