"""Stores the proposals of reviews: inserted once, and updated once with the outcome."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_scope import NO_STAFF_REFERRER
from services.casework.adapters.review_tables import proposals
from services.casework.domain.decision import Decision, Proposal
from services.casework.domain.review import Review
from services.contracts.codes import DifferenceReason


def proposed_by(review_id: sa.ColumnElement[Any], staff_id: UUID) -> sa.ColumnElement[bool]:
    """Returns whether this person made the review's waiting proposal."""
    mine = (proposals.c.review_id == review_id) & (proposals.c.proposed_by == staff_id)
    return sa.exists().where(mine, proposals.c.ended_at.is_(None))


class SqlProposals:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: set[UUID] = set()

    def read(self, reviews: Collection[Review]) -> None:
        """Loads the waiting proposal of each review; the own views must be loaded."""
        if not reviews:
            return
        by_id = {review.id: review for review in reviews}
        for row in self._connection.execute(_WAITING, {"ids": list(by_id)}):
            review = by_id[row.review_id]
            review.proposals.append(_proposal(review, row._mapping))
            self._known.add(row.id)

    def save(self, review: Review) -> None:
        # Ended proposals first, because a unique index allows one waiting proposal.
        for proposal in review.proposals:
            if proposal.id in self._known and proposal.outcome is not None:
                unended = sa.update(proposals).where(proposals.c.id == proposal.id, proposals.c.ended_at.is_(None))
                self._connection.execute(unended.values(_ended(proposal)))
        for proposal in review.proposals:
            if proposal.id not in self._known:
                self._connection.execute(sa.insert(proposals).values(_row(review, proposal)))
                self._known.add(proposal.id)


def _row(review: Review, proposal: Proposal) -> dict[str, Any]:
    proposed = proposal.proposed
    return {
        "id": proposal.id,
        "review_id": review.id,
        "referrer_key": review.referred_by or NO_STAFF_REFERRER,
        "referral_version": proposal.referral_version,
        "own_view_id": proposed.own_view.id,
        "own_view_at": proposed.own_view.recorded_at,
        "proposed_by": proposed.decided_by,
        "proposed_at": proposed.decided_at,
        "level": proposed.level,
        "pathway": proposed.pathway,
        "reasons": proposed.reasons,
        "difference_reasons": [DifferenceReason(reason).value for reason in proposed.difference_reasons],
        "agrees": proposed.agrees,
        "agreement_table": proposed.agreement_table,
        "shown_at": proposed.shown_at,
        "shown_sequence": proposed.shown.sequence if proposed.shown else None,
        "team_id": proposed.team_id,
    } | _ended(proposal)


def _ended(proposal: Proposal) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in ("outcome", "ended_at", "ended_by", "ended_reason")}


def _proposal(review: Review, row: Mapping[Any, Any]) -> Proposal:
    view = next(view for view in review.own_views if view.id == row["own_view_id"])
    proposed = Decision(
        own_view=view,
        decided_by=row["proposed_by"],
        decided_at=row["proposed_at"],
        difference_reasons=tuple(DifferenceReason(reason) for reason in row["difference_reasons"]),
        shown=next((one for one in view.seen if one.sequence == row["shown_sequence"]), None),
        **{name: row[name] for name in _DECISION_FIELDS},
    )
    return Proposal(id=row["id"], referral_version=row["referral_version"], proposed=proposed)


_DECISION_FIELDS = ("level", "pathway", "reasons", "agrees", "agreement_table", "shown_at", "team_id")
_WAITING = sa.select(proposals).where(
    proposals.c.review_id.in_(sa.bindparam("ids", expanding=True)), proposals.c.ended_at.is_(None)
)
