"""Stores estimates, which never change, and the results that refer to them, of which one per referral is current."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts.codes import Source
from services.platform.db.batch import Batch
from services.scoring.champion.code_version import code_version
from services.scoring.estimate import (
    Contribution,
    Estimate,
    Features,
    KnownAnswers,
    NotEstimated,
    Result,
    ScoringResult,
    SourceReferral,
    counts,
)
from services.scoring.store import Referrals
from services.scoring.tables import estimates, results

_Key = tuple[int, Any, str | None, str | None]
"""Referral version, reason, model version and snapshot digest: two results with the same key are the same."""

_KEY = (results.c.referral_version, results.c.reason, results.c.model_version, results.c.snapshot_digest)
_other = results.alias("other")
# A new result is inserted as not current, then takes the place of the current one: one at a time is current.
_CLEAR_CURRENT = sa.update(results).where(results.c.referral_id == sa.bindparam("of"), results.c.is_current)
_SET_CURRENT = sa.update(results).where(
    results.c.referral_id == sa.bindparam("of"),
    results.c.sequence
    == sa.select(sa.func.max(_other.c.sequence)).where(_other.c.referral_id == sa.bindparam("of")).scalar_subquery(),
)


class Results:
    """Results by referral. One per batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._current: dict[UUID, _Key | None] = {}
        """By referral, of those that were loaded."""
        self._estimates: dict[tuple[UUID, _Key], UUID] = {}

    def is_unchanged(self, referral_id: UUID, version: int, result: Result) -> bool:
        """Whether the referral's current result is the same as this one."""
        self._load(referral_id)
        return self._current[referral_id] == _key(version, result)

    def save(self, scored: ScoringResult) -> None:
        """Store the result as the referral's current one. The previous one stays, no longer current."""
        key = _key(scored.referral_version, scored.result)
        if scored.sequence > 1:
            self._load(scored.referral_id)
            for statement, is_current in ((_CLEAR_CURRENT, False), (_SET_CURRENT, True)):
                values = {"of": scored.referral_id, "is_current": is_current}
                self._batch.later(statement, values, of=scored.referral_id)
        estimate_id = self._estimate(scored, scored.result, key) if isinstance(scored.result, Estimate) else None
        self._batch.insert(results, _to_result_row(scored, key, estimate_id))
        self._current[scored.referral_id] = key

    def current_of(self, referral_ids: Collection[UUID]) -> list[ScoringResult]:
        return self._select(results.c.referral_id.in_(referral_ids), limit=len(referral_ids))

    def current_after(self, last_id: UUID | None, *, given_by: datetime, limit: int) -> list[ScoringResult]:
        """The current results given by that time, by referral id after `last_id`; from the first when it is None."""
        wanted = results.c.given_at <= given_by
        return self._select(wanted if last_id is None else wanted & (results.c.referral_id > last_id), limit=limit)

    def _select(self, which: sa.ColumnElement[bool], *, limit: int) -> list[ScoringResult]:
        columns = [column for column in estimates.c if column.name not in results.c]
        query = (
            sa.select(results, *columns)
            .outerjoin(estimates, estimates.c.id == results.c.estimate_id)
            .where(results.c.is_current, which)
            .order_by(results.c.referral_id)
            .limit(limit)
        )
        return [_to_result(row) for row in self._connection.execute(query)]

    def _load(self, referral_id: UUID) -> None:
        """Load the results of this referral, and in the same statement those of all referrals of this batch."""
        if referral_id in self._current:
            return
        new = (self._batch.shared(Referrals).stored_ids | {referral_id}) - self._current.keys()
        self._current.update(dict.fromkeys(new))
        query = sa.select(results.c.referral_id, results.c.estimate_id, results.c.is_current, *_KEY)
        for row in self._connection.execute(query.where(results.c.referral_id.in_(new))):
            key = row.referral_version, row.reason, row.model_version, row.snapshot_digest
            if row.is_current:
                self._current[row.referral_id] = key
            if row.estimate_id is not None:
                self._estimates[row.referral_id, key] = row.estimate_id

    def _estimate(self, scored: ScoringResult, estimate: Estimate, key: _Key) -> UUID:
        """The id of the estimate's row. A link that is undone may bring back an earlier estimate: then that row."""
        known = self._estimates.get((scored.referral_id, key))
        if known is not None:
            return known
        estimate_id = self._estimates[scored.referral_id, key] = uuid4()
        self._batch.insert(estimates, {"id": estimate_id, **_to_estimate_row(scored, estimate)})
        return estimate_id


def _key(version: int, result: Result) -> _Key:
    reason = None if isinstance(result, Estimate) else result.reason
    return version, reason, result.model_version, result.features.digest if result.features else None


def _to_result_row(scored: ScoringResult, key: _Key, estimate_id: UUID | None) -> dict[str, Any]:
    result = scored.result
    if isinstance(result, Estimate):
        own = {"out_of_range": [], "sparse": result.sparse, "min_answers": None, "drawn_on": None}
    else:
        own = {
            "out_of_range": list(result.facts),
            "sparse": None,
            "min_answers": result.min_answers,
            "drawn_on": [str(referral_id) for referral_id in result.drawn_on],
        }
    _version, reason, model_version, snapshot_digest = key
    return {
        "id": scored.id,
        "referral_id": scored.referral_id,
        "referral_version": scored.referral_version,
        "person_id": scored.person_id,
        "sequence": scored.sequence,
        "estimate_id": estimate_id,
        "reason": reason,
        "model_version": model_version,
        "snapshot_digest": snapshot_digest,
        "missing": list(result.missing),
        **own,
        **counts(result),
        "cause": scored.cause,
        "given_at": scored.at,
        "is_current": scored.sequence == 1,
    }


def _to_estimate_row(scored: ScoringResult, estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.interval or (None, None)
    return {
        "referral_id": scored.referral_id,
        "referral_version": scored.referral_version,
        "code_version": code_version(),
        "model_version": estimate.model_version,
        "snapshot_digest": estimate.features.digest,
        "snapshot": dict(estimate.features.snapshot),
        "probability": estimate.probability,
        "interval_low": low,
        "interval_high": high,
        "band": estimate.band,
        "base_rate": estimate.base_rate,
        "base_log_odds": estimate.base_log_odds,
        "contributions": [_part_to_json(part) for part in estimate.contributions],
        "missing": list(estimate.missing),
        "invented_data": estimate.invented_data,
        "made_at": scored.at,
    }


def _part_to_json(part: Contribution) -> dict[str, Any]:
    day = part.observed_on
    sources = [[str(source.referral_id), source.source.value] for source in part.sources]
    return {**vars(part), "observed_on": day.isoformat() if day else None, "sources": sources}


def part_from_json(stored: dict[str, Any]) -> Contribution:
    """Contributions stored by an earlier release have no sources."""
    day = stored["observed_on"]
    sources = tuple(
        SourceReferral(referral_id=UUID(referral_id), source=Source(source))
        for referral_id, source in stored.get("sources", ())
    )
    return Contribution(**{**stored, "observed_on": date.fromisoformat(day) if day else None, "sources": sources})


def _to_result(row: Any) -> ScoringResult:
    return ScoringResult(
        id=row.id,
        referral_id=row.referral_id,
        referral_version=row.referral_version,
        person_id=row.person_id,
        sequence=row.sequence,
        cause=row.cause,
        at=row.given_at,
        result=_to_estimate(row) if row.reason is None else _to_refusal(row),
    )


def _to_estimate(row: Any) -> Estimate:
    return Estimate(
        probability=row.probability,
        interval=None if row.interval_low is None else (row.interval_low, row.interval_high),
        band=row.band,
        base_rate=row.base_rate,
        base_log_odds=row.base_log_odds,
        contributions=tuple(part_from_json(part) for part in row.contributions),
        missing=tuple(row.missing),
        model_version=row.model_version,
        invented_data=row.invented_data,
        features=Features(snapshot=row.snapshot, digest=row.snapshot_digest),
        answers=_known_answers(row),
        sparse=bool(row.sparse),
    )


def _to_refusal(row: Any) -> NotEstimated:
    return NotEstimated(
        reason=row.reason,
        missing=tuple(row.missing),
        facts=tuple(row.out_of_range),
        model_version=row.model_version,
        answers=_known_answers(row),
        min_answers=row.min_answers,
        drawn_on=tuple(map(UUID, row.drawn_on or ())),
    )


def _known_answers(row: Any) -> KnownAnswers | None:
    return None if row.known_answers is None else KnownAnswers(known=row.known_answers, all=row.all_answers)
