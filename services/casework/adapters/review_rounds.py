"""The rounds of a referral's review, with the earlier decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import decisions, reviews
from services.casework.domain.case import CaseState
from services.casework.domain.review import ReviewState
from services.contracts.codes import Pathway, SupportLevel

_STILL_OPEN = (CaseState.OPEN, CaseState.AWAITING_CONFIRMATION)


@dataclass(frozen=True, kw_only=True)
class RoundView:
    id: UUID
    round: int
    decided_at: datetime | None
    level: SupportLevel | None
    pathway: Pathway | None


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """The rounds around one review. The caller checks access."""

    round: int
    earlier: Sequence[RoundView]
    newest_id: UUID
    may_start: bool
    """Whether a new round can start: this one is the newest and decided, and no case of the referral is open."""


def rounds_of(connection: sa.Connection, review_id: UUID, referral_id: UUID) -> Rounds:
    found = (
        sa.select(
            reviews.c.id,
            reviews.c.round,
            reviews.c.state,
            decisions.c.decided_at,
            decisions.c.level,
            decisions.c.pathway,
        )
        .outerjoin(decisions, decisions.c.review_id == reviews.c.id)
        .where(reviews.c.referral_id == referral_id)
        .order_by(reviews.c.round)
    )
    rows = connection.execute(found).all()
    this = next(row for row in rows if row.id == review_id)
    names = ("id", "round", "decided_at", "level", "pathway")
    return Rounds(
        round=this.round,
        earlier=[RoundView(**{name: row._mapping[name] for name in names}) for row in rows if row.round < this.round],
        newest_id=rows[-1].id,
        may_start=rows[-1].id == review_id
        and this.state is ReviewState.DECIDED
        and not _has_open_case(connection, referral_id),
    )


def _has_open_case(connection: sa.Connection, referral_id: UUID) -> bool:
    still_open = sa.and_(cases.c.state.in_(_STILL_OPEN), cases.c.stopped_at.is_(None))
    found = sa.select(cases.c.id).where(cases.c.referral_id == referral_id, still_open).limit(1)
    return connection.execute(found).first() is not None
