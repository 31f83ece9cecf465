"""What scoring's pages and API read: models, and estimates by pseudonym, never by referral or person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, OrganisationClass
from services.contracts.scoring import feature_label
from services.scoring.adapters.tables import estimates, models, results


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    model_version: str
    harm_event: str
    horizon_months: int
    base_rate: float
    invented_data: bool
    features: Sequence[Mapping[str, Any]]
    evaluation: Mapping[str, Any] | None
    described_at: datetime | None
    """When it first estimated; None when it has not."""


@dataclass(frozen=True, kw_only=True)
class FeatureChange:
    feature: str
    before: Any
    now: Any
    log_odds_before: float
    log_odds_now: float


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    estimate_id: UUID
    cause: EstimateCause
    given_at: datetime
    not_estimated: NotEstimatedReason | None
    model_version: str | None
    probability: float | None
    band: Band | None
    changes: Sequence[FeatureChange] = field(default_factory=tuple)


def models_newest_first(connection: sa.Connection) -> list[ModelRow]:
    rows = connection.execute(sa.select(models).order_by(models.c.described_at.desc(), models.c.version))
    return [
        ModelRow(**as_described(row.description), evaluation=row.evaluation, described_at=row.described_at)
        for row in rows
    ]


def as_described(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a model was described as, whichever release stored it."""
    return {**stored, "features": [feature_label(feature) for feature in stored["features"]]}


def answers_up_to(connection: sa.Connection, estimate_id: UUID, *, asking: OrganisationClass) -> list[AnswerRow]:
    """The answer published under this id and those before it to the same referral, oldest first.

    [] when unknown, and to a police organisation: it knows what it sent, and no estimate.
    """
    known = sa.and_(results.c.id == estimate_id, sa.literal(asking) != OrganisationClass.POLICE)
    asked = sa.select(results.c.referral_id, results.c.sequence).where(known).subquery()
    query = (
        sa.select(results, estimates.c.probability, estimates.c.band, estimates.c.contributions)
        .join(asked, asked.c.referral_id == results.c.referral_id)
        .outerjoin(estimates, estimates.c.id == results.c.estimate_id)
        .where(results.c.sequence <= asked.c.sequence)
        .order_by(results.c.sequence)
    )
    found: list[AnswerRow] = []
    before: Sequence[Mapping[str, Any]] = ()
    for row in connection.execute(query):
        now = row.contributions or ()
        found.append(_answer(row, _changes(before, now) if before and now else ()))
        before = now or before
    return found


def _answer(row: Any, changes: Sequence[FeatureChange]) -> AnswerRow:
    return AnswerRow(
        estimate_id=row.id,
        cause=row.cause,
        given_at=row.given_at,
        not_estimated=row.reason,
        model_version=row.model_version,
        probability=row.probability,
        band=row.band,
        changes=changes,
    )


def _changes(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> tuple[FeatureChange, ...]:
    held = {part["feature"]: part for part in before}
    return tuple(
        FeatureChange(
            feature=part["feature"],
            before=held[part["feature"]]["value"],
            now=part["value"],
            log_odds_before=held[part["feature"]]["log_odds"],
            log_odds_now=part["log_odds"],
        )
        for part in now
        if part["feature"] in held and part["log_odds"] != held[part["feature"]]["log_odds"]
    )
