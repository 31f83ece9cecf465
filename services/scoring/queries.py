"""Queries of scoring's pages and API: models, and estimates by pseudonym, never by referral or person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, OrganisationClass
from services.contracts.scoring import feature_label
from services.scoring.champion.port import Champion
from services.scoring.tables import estimates, models, results


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
    """When it first estimated; None when it has not estimated yet."""


@dataclass(frozen=True, kw_only=True)
class FeatureChange:
    feature: str
    before: Any
    now: Any
    log_odds_before: float
    log_odds_now: float


@dataclass(frozen=True, kw_only=True)
class ResultRow:
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


def known_models(connection: sa.Connection, champion: Champion | None) -> list[dict[str, Any]]:
    """Every model that has estimated, and the champion, which comes first."""
    known = models_newest_first(connection)
    if champion is not None and champion.version not in {row.model_version for row in known}:
        known.insert(0, ModelRow(**champion.description, evaluation=champion.evaluation, described_at=None))
    in_use = champion.version if champion is not None else None
    rows = [{**vars(row), "is_champion": row.model_version == in_use} for row in known]
    return sorted(rows, key=lambda row: not row["is_champion"])


def as_described(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A model's description in today's form, whichever release stored it."""
    return {**stored, "features": [feature_label(feature) for feature in stored["features"]]}


def results_up_to(connection: sa.Connection, estimate_id: UUID, *, viewer: OrganisationClass) -> list[ResultRow]:
    """The result published under this id and the earlier ones of the same referral, oldest first.

    Empty when the id is unknown, and for a police organisation: it may not know of any estimate.
    """
    known = sa.and_(results.c.id == estimate_id, sa.literal(viewer) != OrganisationClass.POLICE)
    asked = sa.select(results.c.referral_id, results.c.sequence).where(known).subquery()
    query = (
        sa.select(results, estimates.c.probability, estimates.c.band, estimates.c.contributions)
        .join(asked, asked.c.referral_id == results.c.referral_id)
        .outerjoin(estimates, estimates.c.id == results.c.estimate_id)
        .where(results.c.sequence <= asked.c.sequence)
        .order_by(results.c.sequence)
    )
    found: list[ResultRow] = []
    before: Sequence[Mapping[str, Any]] = ()
    for row in connection.execute(query):
        now = row.contributions or ()
        found.append(_result(row, _changes(before, now) if before and now else ()))
        before = now or before
    return found


def _result(row: Any, changes: Sequence[FeatureChange]) -> ResultRow:
    return ResultRow(
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
    previous = {part["feature"]: part for part in before}
    return tuple(
        FeatureChange(
            feature=part["feature"],
            before=previous[part["feature"]]["value"],
            now=part["value"],
            log_odds_before=previous[part["feature"]]["log_odds"],
            log_odds_now=part["log_odds"],
        )
        for part in now
        if part["feature"] in previous and part["log_odds"] != previous[part["feature"]]["log_odds"]
    )


def audit_ids(connection: sa.Connection, text: str) -> list[str]:
    """The ids of a referral's estimates, for the audit search. Empty when the text is not a referral's id."""
    try:
        referral_id = UUID(text)
    except ValueError:
        return []
    found = connection.execute(sa.select(estimates.c.id).where(estimates.c.referral_id == referral_id)).scalars()
    return [str(estimate_id) for estimate_id in found]
