"""Keeps how far each referral has come, as its referrer may know it, with one counter per referral."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.received_versions import SqlReceivedVersions
from services.casework.adapters.review_tables import progress
from services.contracts.codes import ProgressStep, Question
from services.platform.db.batch import Batch

Told = Mapping[str, Any]
"""The data of a ProgressMadeV1."""


class SqlProgress:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._received_versions = batch.shared(SqlReceivedVersions)
        self._held: dict[UUID, Mapping[str, Any] | None] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        if referral_ids:
            rows = self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}).mappings()
            self._held |= dict.fromkeys(referral_ids) | {row["referral_id"]: row for row in rows}

    def make(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None,
        question_id: UUID | None,
        *,
        at: datetime,
    ) -> Told:
        held = self._of(referral_id)
        row = {
            "referral_id": referral_id,
            "version": held["version"] + 1 if held else 1,
            "step": step.value,
            "question": question,
            "question_id": question_id,
            "at": at,
        }
        if held is None:
            self._batch.insert(progress, row)
        else:
            self._batch.later(_NEXT, {"its_id": referral_id} | row)
        self._held[referral_id] = row
        return self._told(row, at)

    def as_it_stands(self, referral_id: UUID, *, at: datetime) -> Told | None:
        """The same step, with the version of the referral that has arrived by now. Before any step, nothing."""
        held = self._of(referral_id)
        return None if held is None else self._told(held, at)

    def _told(self, row: Mapping[str, Any], at: datetime) -> Told:
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
        if referral_id not in self._held:
            self.read([referral_id])
        return self._held[referral_id]


_THESE = sa.select(progress).where(progress.c.referral_id.in_(sa.bindparam("ids", expanding=True)))
_NEXT = sa.update(progress).where(progress.c.referral_id == sa.bindparam("its_id"))
