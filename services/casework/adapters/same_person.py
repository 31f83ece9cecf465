"""A person's other referrals: shows a reviewer that a case is open, and its worker that another referral arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.bases import covers
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_scope import is_newest, visible_to
from services.casework.adapters.review_tables import reviews
from services.casework.adapters.tables import referrals, teams
from services.casework.domain.case import CaseState
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import Source

_OPEN = (CaseState.OPEN, CaseState.AWAITING_CONFIRMATION)


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """What a reviewer sees of the case of another referral: its team and since when."""

    team_name: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OtherReferral:
    """What a case's worker sees of another referral whose lawful bases cover the team's class."""

    reference: str
    received_at: datetime
    source: Source


def open_cases(connection: sa.Connection, reader: ReviewReader, referral_id: UUID) -> Sequence[OpenCase]:
    """Returns the open cases of the young person's other referrals that the viewer may read."""
    this = sa.select(referrals.c.person_id).where(referrals.c.id == referral_id).scalar_subquery()
    other = referrals.alias("other")
    found = (
        sa.select(sa.func.coalesce(teams.c.name, "").label("team_name"), cases.c.opened_at)
        .select_from(other.join(cases, cases.c.referral_id == other.c.id))
        .outerjoin(teams, teams.c.id == cases.c.team_id)
        .join(reviews, reviews.c.referral_id == other.c.id)
        .where(
            other.c.person_id == this,
            other.c.id != referral_id,
            cases.c.state.in_(_OPEN),
            cases.c.stopped_at.is_(None),
            is_newest(),
            visible_to(reader),
        )
        .order_by(cases.c.opened_at, cases.c.id)
    )
    return [OpenCase(**row._mapping) for row in connection.execute(found)]


def other_referrals(connection: sa.Connection, case_id: UUID, *, on: date) -> Sequence[OtherReferral]:
    """Returns the young person's later referrals. The caller checks access to the full case."""
    own = referrals.alias("own")
    found = (
        sa.select(referrals.c.reference, referrals.c.received_at, referrals.c.source)
        .select_from(cases.join(own, own.c.id == cases.c.referral_id))
        .join(referrals, _is_another(own))
        .where(cases.c.id == case_id, covers(referrals.c.id, cases.c.team_class, on=on))
        .order_by(referrals.c.received_at, referrals.c.id)
    )
    return [OtherReferral(**row._mapping) for row in connection.execute(found)]


def has_another(on: date) -> sa.ColumnElement[bool]:
    """Returns whether the worker of the row's case sees another referral."""
    own = referrals.alias("own")
    found = (
        sa.select(sa.literal(1))
        .select_from(own.join(referrals, _is_another(own)))
        .where(own.c.id == cases.c.referral_id, covers(referrals.c.id, cases.c.team_class, on=on))
    )
    return sa.exists(found.correlate(cases))


def _is_another(own: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        referrals.c.person_id == own.c.person_id,
        referrals.c.id != own.c.id,
        referrals.c.received_at > own.c.received_at,
    )
