"""The received version of each referral and of its withdrawal."""

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
    """0 means none."""

    referral: int = 0
    withdrawal: int = 0
    withdrawn: Withdrawal | None = None


class SqlReceivedVersions:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._versions: dict[UUID, _Versions] = {}

    def read(self, referral_ids: Collection[UUID]) -> None:
        if not referral_ids:
            return
        self._versions |= {referral_id: _Versions() for referral_id in referral_ids}
        for row in self._batch.connection.execute(_THESE, {"ids": list(referral_ids)}):
            versions = self._versions[row.referral_id]
            if row.withdrawn_at is None:
                versions.referral = row.version
            else:
                versions.withdrawal, versions.withdrawn = row.version, _withdrawal(row)

    def referral(self, referral_id: UUID) -> int:
        return self._of(referral_id).referral

    def version(self, referral_id: UUID) -> int | None:
        """Returns the highest received version, of the referral or its withdrawal."""
        versions = self._of(referral_id)
        return max(versions.referral, versions.withdrawal) or None

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        return self._of(referral_id).withdrawn

    def save(self, referral: Mapping[str, Any]) -> bool:
        """Saves the referral if its version is newer. Returns whether it was. Its row of `persons` must be locked."""
        versions = self._of(referral["id"])
        if referral["version"] <= versions.referral:
            return False
        if versions.referral:
            self._batch.later(_AMENDED, {"its_id": referral["id"], **referral})
        else:
            self._batch.insert(referrals, referral)
        versions.referral = referral["version"]
        return True

    def withdrawn(self, referral_id: UUID, version: int, withdrawal: Withdrawal) -> None:
        """Notes that a withdrawal, or its confirmation, was stored."""
        versions = self._of(referral_id)
        versions.withdrawal, versions.withdrawn = version, withdrawal

    def _of(self, referral_id: UUID) -> _Versions:
        if referral_id not in self._versions:
            self.read([referral_id])
        return self._versions[referral_id]


def _withdrawal(row: sa.Row[Any]) -> Withdrawal:
    return Withdrawal(**{field.name: row._mapping[field.name] for field in fields(Withdrawal)})


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_WITHDRAWAL_COLUMNS = [withdrawals.c[field.name] for field in fields(Withdrawal)]
_THESE = sa.union_all(
    sa.select(withdrawals.c.referral_id, withdrawals.c.version, *_WITHDRAWAL_COLUMNS).where(
        withdrawals.c.referral_id.in_(_IDS)
    ),
    sa.select(
        referrals.c.id, referrals.c.version, *(sa.cast(sa.null(), column.type) for column in _WITHDRAWAL_COLUMNS)
    ).where(referrals.c.id.in_(_IDS)),
)
_AMENDED = sa.update(referrals).where(referrals.c.id == sa.bindparam("its_id"))
