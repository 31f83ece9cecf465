"""Stores the proposals of reviews: added once, and once more what became of each."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_scope import NOBODY_OF_OURS
from services.casework.adapters.review_tables import proposals
from services.casework.domain.decision import Decision, Proposal
from services.casework.domain.review import Review
from services.contracts.codes import DifferenceReason


def proposed_by(review_id: sa.ColumnElement[Any], staff_id: UUID) -> sa.ColumnElement[bool]:
    """Whether this person made the proposal that waits in the review."""
    mine = (proposals.c.review_id == review_id) & (proposals.c.proposed_by == staff_id)
    return sa.exists().where(mine, proposals.c.ended_at.is_(None))


class SqlProposals:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: set[UUID] = set()

    def read(self, reviews: Collection[Review]) -> None:
        """The proposal that waits, of each review whose own views were read."""
        if not reviews:
            return
        by_id = {review.id: review for review in reviews}
        for row in self._connection.execute(_WAITING, {"ids": list(by_id)}):
            review = by_id[row.review_id]
            review.proposals.append(_proposal(review, row._mapping))
            self._known.add(row.id)

    def save(self, review: Review) -> None:
        # What ended is written first: one proposal waits at a time.
        for proposal in review.proposals:
            if proposal.id in self._known and proposal.outcome is not None:
                unended = sa.update(proposals).where(proposals.c.id == proposal.id, proposals.c.ended_at.is_(None))
                self._connection.execute(unended.values(_ended(proposal)))
        for proposal in review.proposals:
            if proposal.id not in self._known:
                self._connection.execute(sa.insert(proposals).values(_row(review, proposal)))
                self._known.add(proposal.id)


def _row(review: Review, proposal: Proposal) -> dict[str, Any]:
    said = proposal.proposed
    return {
        "id": proposal.id,
        "review_id": review.id,
        "referrer_key": review.referred_by or NOBODY_OF_OURS,
        "referral_version": proposal.referral_version,
        "own_view_id": said.own_view.id,
        "own_view_at": said.own_view.recorded_at,
        "proposed_by": said.decided_by,
        "proposed_at": said.decided_at,
        "level": said.level,
        "pathway": said.pathway,
        "reasons": said.reasons,
        "difference_reasons": [DifferenceReason(reason).value for reason in said.difference_reasons],
        "agrees": said.agrees,
        "agreement_table": said.agreement_table,
        "shown_at": said.shown_at,
        "shown_sequence": said.shown.sequence if said.shown else None,
        "team_id": said.team_id,
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
        **{name: row[name] for name in _SAID},
    )
    return Proposal(id=row["id"], referral_version=row["referral_version"], proposed=proposed)


_SAID = ("level", "pathway", "reasons", "agrees", "agreement_table", "shown_at", "team_id")
_WAITING = sa.select(proposals).where(
    proposals.c.review_id.in_(sa.bindparam("ids", expanding=True)), proposals.c.ended_at.is_(None)
)
