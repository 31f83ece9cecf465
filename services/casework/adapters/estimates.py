"""Stores estimates in a separate table. Before a decision, only the query in this module reads them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_scope import visible_to
from services.casework.adapters.review_tables import estimates, model_descriptions, own_views, reviews
from services.casework.adapters.tables import referrals
from services.casework.application.review_ports import Event
from services.casework.domain.decision import OwnView
from services.casework.domain.estimate import (
    Contribution,
    Estimated,
    EstimateShown,
    KnownAnswers,
    NotEstimated,
    SourceReferral,
    source_of,
)
from services.casework.domain.review import Review
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source
from services.contracts.scoring import ReferralEstimatedV1, ReferralNotEstimatedV1, feature_label
from services.platform.db.batch import Batch
from services.platform.db.upsert import or_ignore

_OUR_RECORD = "partnership"
"""The event's origin code for values counted from earlier referrals."""


def unanswered(referral_id: sa.Column[Any], version: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Returns whether no result has arrived for this version. For requesting it again; never shown."""
    return ~sa.exists().where(estimates.c.referral_id == referral_id, estimates.c.referral_version == version)


class SqlEstimates:
    def __init__(self, batch: Batch, *, at: datetime) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._at = at

    def store(self, event: Event, *, estimated: bool) -> None:
        schema = ReferralEstimatedV1 if estimated else ReferralNotEstimatedV1
        self._batch.later(
            or_ignore(estimates, self._connection.dialect.name),
            {
                "referral_id": event["referral_id"],
                "referral_version": event["referral_version"],
                "sequence": event["sequence"],
                "content": schema.encode(event),
                "arrived_at": self._at,
            },
        )

    def beside(self, view: OwnView, review: Review, reader: ReviewReader) -> EstimateShown | None:
        # The join to this reviewer's own view makes the query return nothing without one.
        found = (
            sa.select(estimates, referrals.c.source, referrals.c.referred_by_class)
            .join(referrals, referrals.c.id == estimates.c.referral_id)
            .join(
                own_views,
                sa.and_(
                    own_views.c.id == view.id,
                    own_views.c.review_id == review.id,
                    own_views.c.referral_version == estimates.c.referral_version,
                ),
            )
            .where(
                estimates.c.referral_id == review.referral_id,
                estimates.c.referral_version == review.referral_version,
            )
            .order_by(estimates.c.sequence.desc())
            .limit(1)
        )
        row = self._connection.execute(found).one_or_none()
        if row is None or not self._may_read_sources(reader, row.content):
            return None
        cause = EstimateCause(row.content["cause"])
        referral_source = source_of(row.source, row.referred_by_class)
        return EstimateShown(sequence=row.sequence, cause=cause, answer=self._answer(row.content, referral_source))

    def _may_read_sources(self, reader: ReviewReader, content: Mapping[str, Any]) -> bool:
        """Returns whether the viewer may read every earlier referral that the result draws on.

        Scoring uses history from the referral's area only. This check hides values after an earlier referral moved to
        another area, until the next estimate, and from a reviewer who made it.
        """
        drawn_on = {source.referral_id for item in content.get("contributions", ()) for source in _sources(item)}
        drawn_on |= {UUID(referral_id) for referral_id in content.get("drawn_on", ())}
        if not drawn_on:
            return True
        known = (
            sa.select(reviews.c.referral_id).where(reviews.c.referral_id.in_(drawn_on), visible_to(reader)).distinct()
        )
        return set(self._connection.scalars(known)) == drawn_on

    def _answer(self, content: Mapping[str, Any], referral_source: Source) -> Estimated | NotEstimated:
        described = self._description(content.get("model_version"))
        labels = {feature["feature"]: feature_label(feature) for feature in described.get("features", [])}
        missing = tuple(labels[name]["label"] if name in labels else name for name in content["missing"])
        if "probability" not in content:
            reason = NotEstimatedReason(content["reason"])
            needed = content.get("min_answers")
            return NotEstimated(reason=reason, missing=missing, answers=_answers(content), min_answers=needed)
        low, high = content.get("interval_low"), content.get("interval_high")
        unknown = frozenset(content["missing"])
        return Estimated(
            probability=content["probability"],
            interval=None if low is None or high is None else (low, high),
            band=Band(content["band"]),
            base_rate=content["base_rate"],
            base_log_odds=content["base_log_odds"],
            contributions=tuple(
                _contribution(
                    item, labels.get(item["feature"], {}), referral_source, is_known=item["feature"] not in unknown
                )
                for item in content["contributions"]
            ),
            missing=missing,
            harm_event=described.get("harm_event", ""),
            horizon_months=described.get("horizon_months", 12),
            model_version=content["model_version"],
            invented_data=content["invented_data"],
            estimated_at=datetime.fromisoformat(content["estimated_at"]).astimezone(UTC),
            answers=_answers(content),
            sparse=bool(content.get("sparse")),
        )

    def _description(self, model_version: str | None) -> Mapping[str, Any]:
        """Returns the description of the model that computed it; empty if it has not arrived."""
        found = sa.select(model_descriptions.c.content).where(model_descriptions.c.model_version == model_version)
        return self._connection.execute(found).scalar_one_or_none() or {}


def _contribution(
    item: Mapping[str, Any], labels: Mapping[str, Any], referral_source: Source, *, is_known: bool
) -> Contribution:
    return Contribution(
        feature=item["feature"],
        label=labels.get("label", item["feature"]),
        domain=labels.get("domain", ""),
        police_generated=bool(labels.get("police_generated")),
        in_days=bool(labels.get("in_days")),
        is_choice=bool(labels.get("is_choice")),
        is_counted=item["origin"] == _OUR_RECORD,
        is_known=is_known,
        value=item["value"],
        observed_on=date.fromisoformat(item["observed_on"]) if item["observed_on"] else None,
        log_odds=item["log_odds"],
        referral_source=referral_source,
        sources=_sources(item),
        few_seen=item.get("few_seen", False),
    )


def _answers(content: Mapping[str, Any]) -> KnownAnswers | None:
    known, whole = content.get("known_answers"), content.get("all_answers")
    return None if known is None or whole is None else KnownAnswers(known=known, all=whole)


def _sources(item: Mapping[str, Any]) -> tuple[SourceReferral, ...]:
    """Returns the source referrals; none in records from before sources were published."""
    newest = {"referral_id": item.get("source_referral_id"), "source": item.get("source")}
    named = [newest, *item.get("further_sources", ())] if newest["referral_id"] else []
    return tuple(SourceReferral(referral_id=UUID(one["referral_id"]), source=Source(one["source"])) for one in named)
