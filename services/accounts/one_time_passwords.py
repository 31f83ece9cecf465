"""Use cases: an administrator resets a password, and its owner replaces it at the next sign-in."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.accounts import queries, sessions, tables
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from services.platform.i18n import N_

# Without letters and digits that look alike. 16 of them are 78 random bits.
_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # pragma: allowlist secret
_GROUPS, _IN_GROUP = 4, 4
_TICKET_SECONDS = 15 * 60


class PasswordAtProvider(Conflict):
    """An account of the identity provider has no password here."""

    title = N_("They sign in with your organisation’s account")

    def __init__(self) -> None:
        super().__init__(N_("Waymark has no password of this person. Their own organisation can reset it."))


class CannotSignIn(Conflict):
    title = N_("This account is switched off")

    def __init__(self) -> None:
        super().__init__(N_("Switch the account on first. Then reset the password."))


class NotYourOwnPassword(Conflict):
    title = N_("You cannot reset your own password")

    def __init__(self) -> None:
        super().__init__(N_("Ask another administrator to reset it."))


class OneTimePasswordUsed(Forbidden):
    """It was exchanged, replaced or is too old, its account was switched off, or the page that replaces it was open for
    too long."""

    title = N_("This one-time password is no longer valid")

    def __init__(self) -> None:
        super().__init__(
            N_("Sign in again. If that does not work, ask your administrator for a new one-time password.")
        )


class SamePassword(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/password", N_("Choose a password that you were not given"))])


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    staff_id: UUID
    password_hash: str


@dataclass(frozen=True, kw_only=True)
class ChoosePassword:
    """`replaces` is the stored hash of the one-time password."""

    staff_id: UUID
    replaces: str
    password_hash: str


def made() -> str:
    """Returns a new one-time password, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_CHARACTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))


def reset_password(command: ResetPassword, transaction: Transaction, *, lifetime: timedelta) -> None:
    """Resets a password. Sessions and tokens end, so that a person who knew the old password is signed out.

    Raises UnknownMember, NotYourOwnPassword, CannotSignIn, PasswordAtProvider.
    """
    connection, passwords = transaction.connection, tables.passwords
    if command.staff_id == transaction.actor:
        raise NotYourOwnPassword
    member = queries.member(connection, command.staff_id)
    if member is None:
        raise NotFound
    if not member.active:
        raise CannotSignIn
    if queries.managed_by_provider(connection, command.staff_id):
        raise PasswordAtProvider
    new = {"hash": command.password_hash, "one_time_until": transaction.at + lifetime}
    if not insert_or_ignore(connection, passwords, {"staff_id": command.staff_id, **new}):
        connection.execute(sa.update(passwords).where(passwords.c.staff_id == command.staff_id).values(new))
    sessions.end_everything(transaction, command.staff_id)
    sessions.tell_signed_out(command.staff_id, transaction)
    transaction.audit("password.reset", subject_type="staff", subject_id=command.staff_id)


def choose_password(command: ChoosePassword, transaction: Transaction) -> None:
    """Raises OneTimePasswordUsed: of two concurrent uses of a one-time password, one succeeds.

    Also raises it for an account that was switched off meanwhile: its row is locked, and its one-time password stays.
    """
    passwords, staff = tables.passwords, tables.staff
    active = sa.select(staff.c.id).where(staff.c.id == command.staff_id, staff.c.active).with_for_update()
    if transaction.connection.execute(active).first() is None:
        raise OneTimePasswordUsed
    chosen = transaction.connection.execute(
        sa.update(passwords)
        .where(
            passwords.c.staff_id == command.staff_id,
            passwords.c.hash == command.replaces,
            passwords.c.one_time_until > transaction.at,
        )
        .values(hash=command.password_hash, one_time_until=None)
    )
    if chosen.rowcount != 1:
        raise OneTimePasswordUsed
    transaction.audit("password.chosen", subject_type="staff", subject_id=command.staff_id)


class Tickets:
    """Signed tickets of the page that replaces a one-time password: its reader has just entered it."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="new password")

    def ticket(self, staff_id: UUID, stored: str) -> str:
        return str(self._signer.dumps([str(staff_id), _digest(stored)]))

    def holder(self, connection: sa.Connection, ticket: str) -> tuple[UUID, str]:
        """Returns (staff id, hash) of the account whose one-time password was entered. Raises OneTimePasswordUsed."""
        try:
            staff_id, digest = self._signer.loads(ticket, max_age=_TICKET_SECONDS)
        except BadSignature:
            raise OneTimePasswordUsed from None
        found = queries.password_of(connection, UUID(staff_id))
        if found is None or not hmac.compare_digest(_digest(found), digest):
            raise OneTimePasswordUsed
        return UUID(staff_id), found


def _digest(stored: str) -> str:
    return hashlib.sha256(stored.encode()).hexdigest()
