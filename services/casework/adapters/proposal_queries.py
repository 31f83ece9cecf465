"""Proposals of a review and their outcomes, for a reviewer who may read the review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_tables import proposals
from services.casework.adapters.tables import staff, teams
from services.casework.domain.decision import ProposalOutcome
from services.contracts.codes import Pathway, SupportLevel


@dataclass(frozen=True, kw_only=True)
class ProposalView:
    """A proposal, without anything from an estimate: reasons for differing from one belong to the decision."""

    proposed_by: UUID
    proposed_by_name: str | None
    proposed_at: datetime
    referral_version: int
    level: SupportLevel
    pathway: Pathway
    team_name: str | None
    reasons: str
    outcome: ProposalOutcome | None
    ended_at: datetime | None
    ended_by: UUID | None
    ended_by_name: str | None
    ended_reason: str | None


def proposals_of(connection: sa.Connection, review_id: UUID) -> Sequence[ProposalView]:
    """Returns the proposals, newest first. The caller checks access."""
    c, proposer, answerer = proposals.c, staff.alias("proposer"), staff.alias("answerer")
    found = (
        sa.select(
            c.proposed_by,
            proposer.c.display_name.label("proposed_by_name"),
            c.proposed_at,
            c.referral_version,
            c.level,
            c.pathway,
            teams.c.name.label("team_name"),
            c.reasons,
            c.outcome,
            c.ended_at,
            c.ended_by,
            answerer.c.display_name.label("ended_by_name"),
            c.ended_reason,
        )
        .select_from(
            proposals.outerjoin(proposer, proposer.c.id == c.proposed_by)
            .outerjoin(answerer, answerer.c.id == c.ended_by)
            .outerjoin(teams, teams.c.id == c.team_id)
        )
        .where(c.review_id == review_id)
        .order_by(c.ended_at.is_not(None), c.proposed_at.desc(), c.id)
    )
    return [ProposalView(**row._mapping) for row in connection.execute(found)]
