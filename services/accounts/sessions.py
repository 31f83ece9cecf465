"""Sessions: begun at sign-in with a new secret, ended by sign-out, after 20 idle minutes, or after 10 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import secret, tables
from services.contracts.accounts import StaffSignedInV1, StaffSignedOutV1
from services.platform.db.transaction import Transaction
from services.platform.errors import Forbidden, NotFound
from services.platform.i18n import N_

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=10)
_PUBLISHED_AFTER = timedelta(days=1)

_Timestamp = datetime | sa.BindParameter[datetime]


class SwitchedOff(Forbidden):
    """The holder proved their identity, but the account is switched off."""

    title = N_("You cannot sign in")

    def __init__(self) -> None:
        super().__init__(N_("Your account is switched off. Ask your administrator."))


class UnknownSession(NotFound):
    """This member has no such session, or it has ended."""


@dataclass(frozen=True, kw_only=True)
class BeginSession:
    """`ending` is the secret of the session that this browser held before, if any."""

    staff_id: UUID
    ending: str | None = None


@dataclass(frozen=True, kw_only=True)
class EndSession:
    staff_id: UUID
    session_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndAllSessions:
    staff_id: UUID


def begin_session(command: BeginSession, transaction: Transaction) -> str:
    """Begins a session and returns its secret, which is not stored. Raises SwitchedOff."""
    connection, sessions, staff = transaction.connection, tables.sessions, tables.staff
    # Locks the row: an account that is being switched off gets no session.
    active = sa.update(staff).where(staff.c.id == command.staff_id, staff.c.active)
    if connection.execute(active.values(last_signed_in_at=transaction.at)).rowcount != 1:
        raise SwitchedOff
    connection.execute(sa.delete(sessions).where(~is_live(transaction.at)))
    if command.ending is not None:
        _end_held(command.ending, command.staff_id, transaction)
    made = secret.new()
    connection.execute(
        sa.insert(sessions).values(
            id=uuid4(),
            secret_digest=secret.digest(made),
            staff_id=command.staff_id,
            began_at=transaction.at,
            last_used_at=transaction.at,
        )
    )
    transaction.audit("session.begun", subject_type="staff", subject_id=command.staff_id, actor=command.staff_id)
    record_sign_in(transaction, command.staff_id)
    return made


def record_sign_in(transaction: Transaction, staff_id: UUID) -> None:
    """Records and publishes that this member is active, once a day at most."""
    staff = tables.staff
    long_ago = sa.or_(staff.c.signed_in_at.is_(None), staff.c.signed_in_at <= transaction.at - _PUBLISHED_AFTER)
    recorded = transaction.connection.execute(
        sa.update(staff).where(staff.c.id == staff_id, long_ago).values(signed_in_at=transaction.at)
    )
    if recorded.rowcount:
        transaction.publish(StaffSignedInV1, {"staff_id": staff_id, "at": transaction.at})


def end_session(command: EndSession, transaction: Transaction) -> None:
    """Raises UnknownSession unless it is an open session of this member."""
    sessions = tables.sessions
    ended = transaction.connection.execute(
        sa.delete(sessions).where(sessions.c.id == command.session_id, sessions.c.staff_id == command.staff_id)
    )
    if ended.rowcount != 1:
        raise UnknownSession
    tell_signed_out(command.staff_id, transaction)
    transaction.audit("session.ended", subject_type="staff", subject_id=command.staff_id)


def end_all_sessions(command: EndAllSessions, transaction: Transaction) -> None:
    """Ends every session, and revokes the tokens of every program that acts for this member."""
    end_everything(transaction, command.staff_id)
    tell_signed_out(command.staff_id, transaction)
    transaction.audit("session.ended_everywhere", subject_type="staff", subject_id=command.staff_id)


def _end_held(held: str, staff_id: UUID, transaction: Transaction) -> None:
    """Ends the previous session of this browser, for any account."""
    sessions = tables.sessions
    its = sessions.c.secret_digest == secret.digest(held)
    of = transaction.connection.execute(sa.select(sessions.c.staff_id).where(its)).scalar_one_or_none()
    transaction.connection.execute(sa.delete(sessions).where(its))
    if of not in (None, staff_id):
        tell_signed_out(of, transaction)


def tell_signed_out(staff_id: UUID, transaction: Transaction) -> None:
    transaction.publish(StaffSignedOutV1, {"staff_id": staff_id, "signed_out_at": transaction.at})


def end_everything(transaction: Transaction, staff_id: UUID) -> None:
    """Ends every session and revokes every token of a member who lost access."""
    sessions = tables.sessions
    transaction.connection.execute(sa.delete(sessions).where(sessions.c.staff_id == staff_id))
    revoke_tokens(transaction, staff_id)


def revoke_tokens(transaction: Transaction, staff_id: UUID) -> None:
    """Revokes every token of a member: their rights have changed, or their password was compromised."""
    tokens = tables.tokens
    transaction.connection.execute(
        sa.update(tokens)
        .where(tokens.c.staff_id == staff_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=transaction.at)
    )


def is_live(at: datetime) -> sa.ColumnElement[bool]:
    """Neither idle too long nor open too long."""
    return used_and_begun_after(**limits(at))


def used_and_begun_after(idle_since: _Timestamp, open_since: _Timestamp) -> sa.ColumnElement[bool]:
    return (tables.sessions.c.last_used_at > idle_since) & (tables.sessions.c.began_at > open_since)


def limits(at: datetime) -> dict[str, datetime]:
    return {"idle_since": at - IDLE, "open_since": at - LONGEST}
