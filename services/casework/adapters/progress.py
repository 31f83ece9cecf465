"""Keeps and tells how far each referral has come, as its referrer may know it, with one counter per referral."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_tables import progress, withdrawals
from services.casework.adapters.tables import referrals
from services.contracts.casework import ProgressMadeV1
from services.contracts.codes import ProgressStep, Question
from services.contracts.schema import EventSchema
from services.kernel.db.upsert import insert

Publish = Callable[[type[EventSchema], Mapping[str, Any]], None]


class SqlProgress:
    def __init__(self, connection: sa.Connection, publish: Publish, *, at: datetime) -> None:
        self._connection = connection
        self._publish = publish
        self._at = at

    def make(self, referral_id: UUID, step: ProgressStep, question: Question | None, question_id: UUID | None) -> None:
        its_id = {"its_id": referral_id}
        held = self._connection.execute(_VERSION, its_id).scalar()
        row = {
            "referral_id": referral_id,
            "version": (held or 0) + 1,
            "step": step.value,
            "question": question,
            "question_id": question_id,
            "at": self._at,
        }
        if held is None:
            insert(self._connection, progress, row)
        else:
            self._connection.execute(_NEXT, its_id | row)
        self._publish(ProgressMadeV1, row | {"step": step, "referral_version": self._arrived(referral_id)})

    def tell_again(self, referral_id: UUID) -> None:
        """The same step, with the version of the referral that has arrived by now. Before any step, nothing."""
        row = self._connection.execute(sa.select(progress).where(progress.c.referral_id == referral_id)).one_or_none()
        if row is None:
            return
        self._publish(
            ProgressMadeV1,
            {
                "referral_id": referral_id,
                "version": row.version,
                "step": ProgressStep(row.step),
                "question": row.question,
                "question_id": row.question_id,
                "at": row.at or self._at,
                "referral_version": self._arrived(referral_id),
            },
        )

    def _arrived(self, referral_id: UUID) -> int | None:
        arrived: int | None = self._connection.execute(_ARRIVED, {"its_id": referral_id}).scalar_one()
        return arrived


_ID: sa.BindParameter[Any] = sa.bindparam("its_id")
_VERSION = sa.select(progress.c.version).where(progress.c.referral_id == _ID)
_NEXT = sa.update(progress).where(progress.c.referral_id == _ID)
_versions = sa.union_all(
    sa.select(referrals.c.version).where(referrals.c.id == _ID),
    sa.select(withdrawals.c.version).where(withdrawals.c.referral_id == _ID),
).subquery()
_ARRIVED = sa.select(sa.func.max(_versions.c.version))
