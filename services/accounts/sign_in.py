"""Use cases: an attempt to sign in is counted before it is checked, so that concurrent attempts all count."""

import hashlib
import hmac
import math
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from services.accounts import tables
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import ApplicationError
from services.platform.i18n import N_

MAX_TRIES = 6
WITHIN = timedelta(minutes=1)
LOCKED_FOR = timedelta(minutes=1)


class SignInLocked(ApplicationError):
    """Six attempts on one sign-in name within a minute failed. Applies to unknown names too."""

    status = 429
    title = N_("Too many attempts")

    def __init__(self, *, wait: timedelta) -> None:
        super().__init__(N_("There were too many attempts to sign in. Wait a minute, then try again."))
        self.headers = {"Retry-After": str(math.ceil(wait.total_seconds()))}


@dataclass(frozen=True, kw_only=True)
class RecordFailedSignIn:
    name_digest: str


@dataclass(frozen=True, kw_only=True)
class ClearFailedSignIns:
    """The password was right: clears earlier failed attempts."""

    name_digest: str


def plain_name(typed: str) -> str:
    """Returns a sign-in name as it is stored, however it was typed."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def name_digest(typed: str, key: bytes) -> str:
    """Identifies a typed sign-in name without storing it."""
    return hmac.new(key, f"sign-in name {plain_name(typed)}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def record_failed_sign_in(command: RecordFailedSignIn, transaction: Transaction) -> None:
    """Raises SignInLocked while the name is locked; the attempt is then not counted."""
    attempts, at = tables.sign_in_attempts, transaction.at
    fresh = {"tries": 0, "began_at": at, "locked_until": None}
    insert_or_ignore(transaction.connection, attempts, {"name_digest": command.name_digest, **fresh})
    this = attempts.c.name_digest == command.name_digest
    held = transaction.connection.execute(sa.select(attempts).where(this).with_for_update()).one()
    if held.locked_until is not None and held.locked_until > at:
        raise SignInLocked(wait=held.locked_until - at)
    old = held.locked_until is not None or held.began_at <= at - WITHIN
    tries = 1 if old else held.tries + 1
    transaction.connection.execute(
        sa.update(attempts)
        .where(this)
        .values(
            tries=tries,
            began_at=at if old else held.began_at,
            locked_until=at + LOCKED_FOR if tries >= MAX_TRIES else None,
        )
    )


def clear_failed_sign_ins(command: ClearFailedSignIns, transaction: Transaction) -> None:
    attempts = tables.sign_in_attempts
    transaction.connection.execute(sa.delete(attempts).where(attempts.c.name_digest == command.name_digest))
