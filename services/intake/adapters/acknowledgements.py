"""Stores what casework acknowledged of each referral: one SELECT and one batched UPDATE for the events of a poll."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters.tables import referrals, steps
from services.intake.application.on_progress import ApplyProgress
from services.intake.domain.referral import Acknowledged, NoSuchReferral, Progress
from services.platform.db.batch import Batch


class SqlAcknowledgements:
    """Acknowledgements of the referrals in one transaction. On PostgreSQL each row is locked, so an amendment waits."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._held: dict[UUID, Acknowledged] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        """Locks rows in id order, so that two transactions cannot deadlock."""
        wanted = sorted(set(referral_ids) - self._held.keys())
        if not wanted:
            return
        for row in self._batch.connection.execute(_SELECT, {"ids": wanted}):
            progress = Progress(
                version=row.step_version,
                step=row.step,
                at=row.step_at,
                question=row.question,
                question_id=row.question_id,
            )
            self._held[row.id] = Acknowledged(progress=progress, version=row.acknowledged_version)

    def get(self, referral_id: UUID) -> Acknowledged:
        self.read([referral_id])
        if referral_id not in self._held:
            raise NoSuchReferral
        return self._held[referral_id]

    def save(self, referral_id: UUID, acknowledged: Acknowledged) -> None:
        progress = acknowledged.progress
        if progress.version > self.get(referral_id).progress.version and progress.at is not None:
            step = {"version": progress.version, "step": progress.step, "at": progress.at}
            self._batch.insert(steps, {"referral_id": referral_id, **step})
        self._held[referral_id] = acknowledged
        row = {
            "step": progress.step,
            "step_version": progress.version,
            "step_at": progress.at,
            "question": progress.question,
            "question_id": progress.question_id,
            "acknowledged_version": acknowledged.version,
            # Casework answers: whatever it does not know yet is late anew.
            "republish_at": None,
        }
        self._batch.later(_UPDATE, {"its_id": referral_id, **row}, of=referral_id)


def prefetch(batch: Batch, commands: Sequence[object]) -> None:
    """Loads the acknowledgements of all referrals that these commands are about in one statement."""
    batch.shared(SqlAcknowledgements).read(
        [command.referral_id for command in commands if isinstance(command, ApplyProgress)]
    )


_c = referrals.c
_SELECT = (
    sa.select(_c.id, _c.step_version, _c.step, _c.step_at, _c.question, _c.question_id, _c.acknowledged_version)
    .where(_c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_c.id)
    .with_for_update()
)
_UPDATE = sa.update(referrals).where(_c.id == sa.bindparam("its_id"))
