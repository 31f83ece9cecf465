"""Stores estimates, which never change, and the answers given by them, of which one is current."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.kernel.db.upsert import insert_or_ignore
from services.scoring.adapters.tables import answers, estimates
from services.scoring.application.ports import Given
from services.scoring.domain.answer import Answer, Contribution, Estimate, Features, NotEstimated


class SqlAnswers:
    def __init__(self, connection: sa.Connection, *, code_version: str) -> None:
        self._connection = connection
        self._code_version = code_version

    def says_already(self, referral_id: UUID, version: int, answer: Answer) -> bool:
        query = sa.select(answers).where(answers.c.referral_id == referral_id, answers.c.is_current)
        held = self._connection.execute(query).first()
        return held is not None and _said(held) == (version, *_saying(answer))

    def give(self, given: Given) -> None:
        answer = given.answer
        estimate_id = self._estimate(given, answer) if isinstance(answer, Estimate) else None
        if given.sequence > 1:
            held = sa.and_(answers.c.referral_id == given.referral_id, answers.c.is_current)
            self._connection.execute(sa.update(answers).where(held).values(is_current=False))
        reason, model_version, digest = _saying(answer)
        row = {
            "id": given.id,
            "referral_id": given.referral_id,
            "referral_version": given.referral_version,
            "person_id": given.person_id,
            "sequence": given.sequence,
            "estimate_id": estimate_id,
            "reason": reason,
            "model_version": model_version,
            "snapshot_digest": digest,
            "missing": list(answer.missing),
            "out_of_range": [] if isinstance(answer, Estimate) else list(answer.facts),
            "cause": given.cause,
            "given_at": given.at,
            "is_current": True,
        }
        # Given apart from the statement, so that SQLAlchemy builds it once.
        self._connection.execute(sa.insert(answers), row)

    def current_of(self, referral_ids: Collection[UUID]) -> list[Given]:
        return self._given(answers.c.referral_id.in_(referral_ids), limit=len(referral_ids))

    def current_after(self, place: UUID | None, *, given_by: datetime, limit: int) -> list[Given]:
        wanted = answers.c.given_at <= given_by
        return self._given(wanted if place is None else wanted & (answers.c.referral_id > place), limit=limit)

    def _given(self, which: sa.ColumnElement[bool], *, limit: int) -> list[Given]:
        columns = [column for column in estimates.c if column.name not in answers.c]
        query = (
            sa.select(answers, *columns)
            .outerjoin(estimates, estimates.c.id == answers.c.estimate_id)
            .where(answers.c.is_current, which)
            .order_by(answers.c.referral_id)
            .limit(limit)
        )
        return [_to_given(row) for row in self._connection.execute(query)]

    def _estimate(self, given: Given, answer: Estimate) -> UUID:
        """The row of this estimate. An undone link may bring back what the same model said before: then that row."""
        estimate_id = uuid4()
        row = {
            "id": estimate_id,
            "referral_id": given.referral_id,
            "referral_version": given.referral_version,
            "code_version": self._code_version,
            **_to_row(answer, given.at),
        }
        if insert_or_ignore(self._connection, estimates, row):
            return estimate_id
        key = ("referral_id", "referral_version", "model_version", "snapshot_digest")
        same = sa.select(estimates.c.id).where(*(estimates.c[name] == row[name] for name in key))
        return UUID(str(self._connection.execute(same).scalar_one()))


def _saying(answer: Answer) -> tuple[Any, str | None, str | None]:
    """What makes an answer another one, beside the version it is about."""
    reason = None if isinstance(answer, Estimate) else answer.reason
    return reason, answer.model_version, answer.features.digest if answer.features else None


def _said(row: Any) -> tuple[int, Any, str | None, str | None]:
    return row.referral_version, row.reason, row.model_version, row.snapshot_digest


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
    return {**vars(part), "observed_on": day.isoformat() if day else None}


def part_from_json(stored: dict[str, Any]) -> Contribution:
    day = stored["observed_on"]
    return Contribution(**{**stored, "observed_on": date.fromisoformat(day) if day else None})


def _to_given(row: Any) -> Given:
    return Given(
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
    )


def _to_refusal(row: Any) -> NotEstimated:
    return NotEstimated(
        reason=row.reason,
        missing=tuple(row.missing),
        facts=tuple(row.out_of_range),
        model_version=row.model_version,
    )
