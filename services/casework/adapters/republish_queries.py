"""Reads reviews with their cases and answers for republishing, and finds data that open reviews lack."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.case_repository import SqlCaseRepository
from services.casework.adapters.case_tables import case_equality, cases
from services.casework.adapters.estimates import unanswered
from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.review_tables import decisions, progress, reviews
from services.casework.adapters.tables import identities, narratives, referrals
from services.casework.application.republish import MissingData
from services.casework.domain.case import Case
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.decision import Decision
from services.casework.domain.review import OPEN_STATES, Review
from services.contracts.codes import DifferenceReason
from services.platform.db.batch import Batch

ASKED_AFTER = timedelta(minutes=10)


class SqlOwned:
    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection
        self._reviews = batch.shared(SqlReviewRepository)
        self._cases = SqlCaseRepository(batch.connection)

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        found = sa.select(reviews.c.id).where(reviews.c.round == 1, reviews.c.received_at <= received_by)
        if last_id is not None:
            found = found.where(reviews.c.id > last_id)
        return list(self._connection.execute(found.order_by(reviews.c.id).limit(limit)).scalars())

    def rounds(self, review_id: UUID) -> list[UUID]:
        first = sa.select(reviews.c.referral_id).where(reviews.c.id == review_id).scalar_subquery()
        found = sa.select(reviews.c.id).where(reviews.c.referral_id == first).order_by(reviews.c.round)
        return list(self._connection.execute(found).scalars())

    def review(self, review_id: UUID) -> Review:
        review = self._reviews.whole(review_id)
        found = self._connection.execute(sa.select(decisions).where(decisions.c.review_id == review_id)).one_or_none()
        if found is not None:
            review.decision = _decision(review, found._mapping)
        return review

    def cases(self, review_id: UUID) -> list[Case]:
        return self._cases.of_review(review_id)

    def equality(self, review_id: UUID) -> list[CaseEquality]:
        c = case_equality.c
        newer = case_equality.alias()
        newest = ~sa.exists().where(newer.c.case_id == c.case_id, newer.c.version > c.version)
        found = sa.select(case_equality).join(cases, cases.c.id == c.case_id)
        rows = self._connection.execute(found.where(cases.c.review_id == review_id, newest))
        return [CaseEquality(**row._mapping) for row in rows]


def _decision(review: Review, row: Mapping[Any, Any]) -> Decision:
    names = ("decided_by", "decided_at", "level", "pathway", "reasons", "agrees", "agreement_table", "team_id")
    view = next(view for view in review.own_views if view.id == row["own_view_id"])
    return Decision(
        **{name: row[name] for name in names},
        own_view=view,
        shown_at=row["shown_at"],
        shown=next(
            (one for one in view.seen if (one.band, one.model_version) == (row["band"], row["model_version"])), None
        ),
        difference_reasons=tuple(DifferenceReason(reason) for reason in row["difference_reasons"]),
    )


_stated_at = sa.func.coalesce(referrals.c.amended_at, referrals.c.received_at)
lacks_details = sa.or_(
    identities.c.version.is_(None),
    identities.c.version != referrals.c.version,
    narratives.c.version.is_(None),
    narratives.c.version != referrals.c.version,
)
lacks_answer = unanswered(reviews.c.referral_id, reviews.c.referral_version)
open_reviews = (
    reviews.join(referrals, referrals.c.id == reviews.c.referral_id)
    .join(progress, progress.c.referral_id == reviews.c.referral_id)
    .outerjoin(identities, identities.c.referral_id == reviews.c.referral_id)
    .outerjoin(narratives, narratives.c.referral_id == reviews.c.referral_id)
)


class SqlMissingData:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def due(self, *, at: datetime, limit: int) -> list[MissingData]:
        never = progress.c.ask_again_at.is_(None) & (_stated_at <= at - ASKED_AFTER)
        found = (
            sa.select(reviews.c.referral_id, lacks_details.label("details"), lacks_answer.label("answer"))
            .select_from(open_reviews)
            .where(
                reviews.c.state.in_(OPEN_STATES),
                lacks_details | lacks_answer,
                never | (progress.c.ask_again_at <= at),
            )
            .order_by(reviews.c.received_at, reviews.c.id)
            .limit(limit)
            .with_for_update(of=progress, skip_locked=True)
        )
        return [MissingData(**row._mapping) for row in self._connection.execute(found)]

    def request(self, referral_id: UUID, *, at: datetime) -> None:
        """Sets the next request with exponential backoff, so that an owner is not flooded after hours of downtime."""
        stated_at = self._connection.execute(sa.select(_stated_at).where(referrals.c.id == referral_id)).scalar_one()
        mine = sa.update(progress).where(progress.c.referral_id == referral_id)
        self._connection.execute(mine.values(ask_again_at=at + (at - stated_at)))
