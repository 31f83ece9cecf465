"""Stores the progress of each referral that its referrer may see, with one counter per referral."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.received_versions import SqlReceivedVersions
from services.casework.adapters.review_tables import progress
from services.contracts.codes import ProgressStep, Question
from services.platform.db.batch import Batch

ProgressEvent = Mapping[str, Any]
"""The data of a ProgressMadeV1."""


class SqlProgress:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._received_versions = batch.shared(SqlReceivedVersions)
        self._rows: dict[UUID, Mapping[str, Any] | None] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        if referral_ids:
            rows = self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}).mappings()
            self._rows |= dict.fromkeys(referral_ids) | {row["referral_id"]: row for row in rows}

    def make(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None,
        question_id: UUID | None,
        *,
        at: datetime,
    ) -> ProgressEvent:
        previous = self._of(referral_id)
        row = {
            "referral_id": referral_id,
            "version": previous["version"] + 1 if previous else 1,
            "step": step.value,
            "question": question,
            "question_id": question_id,
            "at": at,
        }
        if previous is None:
            self._batch.insert(progress, row)
        else:
            self._batch.later(_NEXT, {"its_id": referral_id} | row)
        self._rows[referral_id] = row
        return self._event(row, at)

    def current(self, referral_id: UUID, *, at: datetime) -> ProgressEvent | None:
        """Returns the current step with the referral version that has arrived; None before any step."""
        row = self._of(referral_id)
        return None if row is None else self._event(row, at)

    def _event(self, row: Mapping[str, Any], at: datetime) -> ProgressEvent:
        return {
            "referral_id": row["referral_id"],
            "version": row["version"],
            "step": ProgressStep(row["step"]),
            "question": row["question"],
            "question_id": row["question_id"],
            "at": row["at"] or at,
            "referral_version": self._received_versions.version(row["referral_id"]),
        }

    def _of(self, referral_id: UUID) -> Mapping[str, Any] | None:
        if referral_id not in self._rows:
            self.read([referral_id])
        return self._rows[referral_id]


_THESE = sa.select(progress).where(progress.c.referral_id.in_(sa.bindparam("ids", expanding=True)))
_NEXT = sa.update(progress).where(progress.c.referral_id == sa.bindparam("its_id"))
