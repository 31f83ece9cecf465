"""Which version of each referral, and of its withdrawal, has arrived."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_tables import withdrawals
from services.casework.adapters.tables import referrals
from services.kernel.db.batch import Batch


@dataclass(kw_only=True)
class _Versions:
    """Nought is none."""

    referral: int = 0
    withdrawal: int = 0
    withdrawn_at: datetime | None = None


class SqlArrived:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._held: dict[UUID, _Versions] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        if not referral_ids:
            return
        self._held |= {referral_id: _Versions() for referral_id in referral_ids}
        for row in self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}):
            held = self._held[row.referral_id]
            if row.withdrawn_at is None:
                held.referral = row.version
            else:
                held.withdrawal, held.withdrawn_at = row.version, row.withdrawn_at

    def referral(self, referral_id: UUID) -> int:
        return self._of(referral_id).referral

    def version(self, referral_id: UUID) -> int | None:
        """The highest that has arrived, be it the referral's or its withdrawal's."""
        held = self._of(referral_id)
        return max(held.referral, held.withdrawal) or None

    def withdrawn_at(self, referral_id: UUID) -> datetime | None:
        return self._of(referral_id).withdrawn_at

    def keep(self, referral: Mapping[str, Any]) -> bool:
        """Keep the referral as it now is. False when this is no news. Its row of `persons` is held."""
        held = self._of(referral["id"])
        if referral["version"] <= held.referral:
            return False
        if held.referral:
            self._batch.later(_AMENDED, {"its_id": referral["id"], **referral})
        else:
            self._batch.insert(referrals, referral)
        held.referral = referral["version"]
        return True

    def withdrawn(self, referral_id: UUID, version: int, at: datetime) -> None:
        """It was kept that the referrer asks to withdraw."""
        held = self._of(referral_id)
        held.withdrawal, held.withdrawn_at = version, at

    def _of(self, referral_id: UUID) -> _Versions:
        if referral_id not in self._held:
            self.read([referral_id])
        return self._held[referral_id]


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_THESE = sa.union_all(
    sa.select(withdrawals.c.referral_id, withdrawals.c.version, withdrawals.c.withdrawn_at).where(
        withdrawals.c.referral_id.in_(_IDS)
    ),
    sa.select(referrals.c.id, referrals.c.version, sa.null()).where(referrals.c.id.in_(_IDS)),
)
_AMENDED = sa.update(referrals).where(referrals.c.id == sa.bindparam("its_id"))
