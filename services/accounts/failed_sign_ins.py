"""Audits failed sign-ins. Does not store what was typed: an unknown sign-in name may be a password."""

from datetime import datetime
from uuid import UUID, uuid4

from services.accounts import tables
from services.platform.audit import bounded
from services.platform.audit.bounded import Failure
from services.platform.db.engine import Database
from services.platform.operations import logs

PER_MINUTE = 30


def record(
    database: Database, *, at: datetime, account: UUID | None, reason: str, per_minute: int = PER_MINUTE
) -> None:
    """`account` is the one that was tried, if it exists.

    Writes up to `per_minute` rows in a minute for each account, and as many for all unknown names.
    """
    failure = Failure(
        what="sign_in.failed",
        subject_type="staff" if account else "sign_in",
        subject_id=str(account) if account else "unknown",
        counted_with=f"failed sign-ins of {account}",
        reason=reason,
    )
    correlation_id = logs.correlation_id() or uuid4()
    bounded.record(database, tables.platform, failure, at=at, correlation_id=correlation_id, limit=per_minute)
