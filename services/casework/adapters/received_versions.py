"""Which version of each referral, and of its withdrawal, has arrived."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.review_tables import withdrawals
from services.casework.adapters.tables import referrals
from services.casework.domain.withdrawal import Withdrawal
from services.platform.db.batch import Batch


@dataclass(kw_only=True)
class _Versions:
    """Nought is none."""

    referral: int = 0
    withdrawal: int = 0
    withdrawn: Withdrawal | None = None


class SqlReceivedVersions:
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
                held.withdrawal, held.withdrawn = row.version, _withdrawal(row)

    def referral(self, referral_id: UUID) -> int:
        return self._of(referral_id).referral

    def version(self, referral_id: UUID) -> int | None:
        """The highest that has arrived, be it the referral's or its withdrawal's."""
        held = self._of(referral_id)
        return max(held.referral, held.withdrawal) or None

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        return self._of(referral_id).withdrawn

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

    def withdrawn(self, referral_id: UUID, version: int, said: Withdrawal) -> None:
        """It was kept that the referrer asks to withdraw, or that a reviewer confirmed it."""
        held = self._of(referral_id)
        held.withdrawal, held.withdrawn = version, said

    def _of(self, referral_id: UUID) -> _Versions:
        if referral_id not in self._held:
            self.read([referral_id])
        return self._held[referral_id]


def _withdrawal(row: sa.Row[Any]) -> Withdrawal:
    return Withdrawal(**{field.name: row._mapping[field.name] for field in fields(Withdrawal)})


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_SAID = [withdrawals.c[field.name] for field in fields(Withdrawal)]
_THESE = sa.union_all(
    sa.select(withdrawals.c.referral_id, withdrawals.c.version, *_SAID).where(withdrawals.c.referral_id.in_(_IDS)),
    sa.select(referrals.c.id, referrals.c.version, *(sa.cast(sa.null(), column.type) for column in _SAID)).where(
        referrals.c.id.in_(_IDS)
    ),
)
_AMENDED = sa.update(referrals).where(referrals.c.id == sa.bindparam("its_id"))
