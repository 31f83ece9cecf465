"""Stores estimates, which never change, and the answers given by them, of which one is current."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts.codes import Source
from services.platform.db.batch import Batch
from services.scoring.adapters.code_version import code_version
from services.scoring.adapters.referral_repository import SqlReferrals
from services.scoring.adapters.tables import estimates, results
from services.scoring.application.ports import ScoringResult
from services.scoring.domain.result import (
    Contribution,
    Estimate,
    Features,
    KnownAnswers,
    NotEstimated,
    Result,
    SourceReferral,
    counts,
)

_Saying = tuple[int, Any, str | None, str | None]
"""The version that an answer is about, and what else makes it another one."""

_SAYING = (results.c.referral_version, results.c.reason, results.c.model_version, results.c.snapshot_digest)
_other = results.alias("other")
# A new answer is stored beside the current one, and then takes its place: one of them at a time is current.
_STAND_BACK = sa.update(results).where(results.c.referral_id == sa.bindparam("of"), results.c.is_current)
_COME_FORWARD = sa.update(results).where(
    results.c.referral_id == sa.bindparam("of"),
    results.c.sequence
    == sa.select(sa.func.max(_other.c.sequence)).where(_other.c.referral_id == sa.bindparam("of")).scalar_subquery(),
)


class SqlResults:
    """Shared by the commands of a transaction."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._current: dict[UUID, _Saying | None] = {}
        """Of the referrals whose answers are known here."""
        self._estimates: dict[tuple[UUID, _Saying], UUID] = {}

    def is_unchanged(self, referral_id: UUID, version: int, answer: Result) -> bool:
        self._know(referral_id)
        return self._current[referral_id] == _saying(version, answer)

    def save(self, given: ScoringResult) -> None:
        answer, saying = given.answer, _saying(given.referral_version, given.answer)
        first = given.sequence == 1
        if not first:
            self._know(given.referral_id)
            for statement, is_current in ((_STAND_BACK, False), (_COME_FORWARD, True)):
                self._batch.later(statement, {"of": given.referral_id, "is_current": is_current}, of=given.referral_id)
        row = {
            "id": given.id,
            "referral_id": given.referral_id,
            "referral_version": given.referral_version,
            "person_id": given.person_id,
            "sequence": given.sequence,
            "estimate_id": self._estimate(given, answer, saying) if isinstance(answer, Estimate) else None,
            "reason": saying[1],
            "model_version": saying[2],
            "snapshot_digest": saying[3],
            "missing": list(answer.missing),
            "out_of_range": [] if isinstance(answer, Estimate) else list(answer.facts),
            **counts(answer),
            "sparse": answer.sparse if isinstance(answer, Estimate) else None,
            "min_answers": None if isinstance(answer, Estimate) else answer.min_answers,
            "drawn_on": None if isinstance(answer, Estimate) else [str(one) for one in answer.drawn_on],
            "cause": given.cause,
            "given_at": given.at,
            "is_current": first,
        }
        self._batch.insert(results, row)
        self._current[given.referral_id] = saying

    def current_of(self, referral_ids: Collection[UUID]) -> list[ScoringResult]:
        return self._given(results.c.referral_id.in_(referral_ids), limit=len(referral_ids))

    def current_after(self, last_id: UUID | None, *, given_by: datetime, limit: int) -> list[ScoringResult]:
        wanted = results.c.given_at <= given_by
        return self._given(wanted if last_id is None else wanted & (results.c.referral_id > last_id), limit=limit)

    def _given(self, which: sa.ColumnElement[bool], *, limit: int) -> list[ScoringResult]:
        columns = [column for column in estimates.c if column.name not in results.c]
        query = (
            sa.select(results, *columns)
            .outerjoin(estimates, estimates.c.id == results.c.estimate_id)
            .where(results.c.is_current, which)
            .order_by(results.c.referral_id)
            .limit(limit)
        )
        return [_to_result(row) for row in self._connection.execute(query)]

    def _know(self, referral_id: UUID) -> None:
        """Read what this referral was answered, and with it what the others were that this transaction has seen."""
        if referral_id in self._current:
            return
        unknown = (self._batch.shared(SqlReferrals).seen | {referral_id}) - self._current.keys()
        self._current.update(dict.fromkeys(unknown))
        query = sa.select(results.c.referral_id, results.c.estimate_id, results.c.is_current, *_SAYING)
        for row in self._connection.execute(query.where(results.c.referral_id.in_(unknown))):
            saying = row.referral_version, row.reason, row.model_version, row.snapshot_digest
            if row.is_current:
                self._current[row.referral_id] = saying
            if row.estimate_id is not None:
                self._estimates[row.referral_id, saying] = row.estimate_id

    def _estimate(self, given: ScoringResult, answer: Estimate, saying: _Saying) -> UUID:
        """The row of this estimate. An undone link may bring back what the same model said before: then that row."""
        known = self._estimates.get((given.referral_id, saying))
        if known is not None:
            return known
        estimate_id = self._estimates[given.referral_id, saying] = uuid4()
        row = {
            "id": estimate_id,
            "referral_id": given.referral_id,
            "referral_version": given.referral_version,
            "code_version": code_version(),
            **_to_row(answer, given.at),
        }
        self._batch.insert(estimates, row)
        return estimate_id


def _saying(version: int, answer: Result) -> _Saying:
    reason = None if isinstance(answer, Estimate) else answer.reason
    return version, reason, answer.model_version, answer.features.digest if answer.features else None


def _to_row(answer: Estimate, at: datetime) -> dict[str, Any]:
    low, high = answer.interval or (None, None)
    return {
        "model_version": answer.model_version,
        "snapshot_digest": answer.features.digest,
        "snapshot": dict(answer.features.snapshot),
        "probability": answer.probability,
        "interval_low": low,
        "interval_high": high,
        "band": answer.band,
        "base_rate": answer.base_rate,
        "base_log_odds": answer.base_log_odds,
        "contributions": [_part_to_json(part) for part in answer.contributions],
        "missing": list(answer.missing),
        "invented_data": answer.invented_data,
        "made_at": at,
    }


def _part_to_json(part: Contribution) -> dict[str, Any]:
    day = part.observed_on
    sources = [[str(source.referral_id), source.source.value] for source in part.sources]
    return {**vars(part), "observed_on": day.isoformat() if day else None, "sources": sources}


def part_from_json(stored: dict[str, Any]) -> Contribution:
    """Those stored before sources were have none."""
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
        answer=_to_estimate(row) if row.reason is None else _to_refusal(row),
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
