"""Bearer tokens for programs: issued to an account, valid for a limited time, revocable immediately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import queries, secret, tables
from services.accounts.scopes import PROGRAMS, Scope, written
from services.accounts.sessions import record_sign_in
from services.contracts.codes import Role
from services.platform.db.transaction import Transaction
from services.platform.errors import Conflict, FieldError, Invalid, NotFound
from services.platform.i18n import N_

USUAL_LIFETIME = timedelta(hours=8)


class UnknownToken(NotFound):
    """The token does not exist, or it was revoked."""


class NotActive(Conflict):
    """An account that cannot sign in gets no token: it would become valid again with the account."""

    title = N_("This account is switched off")


class LivesTooLong(Invalid):
    """Longer than the setting TOKEN_MAX_DAYS."""

    def __init__(self) -> None:
        super().__init__(
            errors=[FieldError("/days", N_("Enter fewer days: the token would be valid for longer than is allowed"))]
        )


class NotAProgram(Conflict):
    """An administrator with a token of a person's account could act as that person."""

    title = N_("This is a person’s account")

    def __init__(self) -> None:
        super().__init__(N_("Only the account of a partner’s system can be given a token here."))


@dataclass(frozen=True, kw_only=True)
class IssueToken:
    staff_id: UUID
    scopes: frozenset[Scope]
    lifetime: timedelta = USUAL_LIFETIME


@dataclass(frozen=True, kw_only=True)
class RevokeToken:
    staff_id: UUID
    token_id: UUID


def issue_token(command: IssueToken, transaction: Transaction, *, max_lifetime: timedelta) -> str:
    """Issues a token and returns its secret, which is not stored.

    Raises LivesTooLong, NotActive, and NotAProgram if an administrator names a person's account.
    """
    if command.lifetime > max_lifetime:
        raise LivesTooLong
    _check_holder(command, transaction)
    token_id, made = uuid4(), secret.new()
    transaction.connection.execute(
        sa.insert(tables.tokens).values(
            id=token_id,
            secret_digest=secret.digest(made),
            staff_id=command.staff_id,
            issued_at=transaction.at,
            expires_at=transaction.at + command.lifetime,
            scopes=written(command.scopes),
        )
    )
    transaction.audit(
        "token.issued",
        subject_type="token",
        subject_id=token_id,
        details={"staff_id": str(command.staff_id), "scopes": sorted(command.scopes)},
    )
    record_sign_in(transaction, command.staff_id)
    return made


def _check_holder(command: IssueToken, transaction: Transaction) -> None:
    """Locks the row, so that an account which is being switched off gets no token."""
    staff = tables.staff
    its = staff.c.id == command.staff_id
    active = transaction.connection.execute(sa.select(staff.c.active).where(its).with_for_update()).scalar_one()
    if not active:
        raise NotActive
    if transaction.actor is not None and (
        queries.roles_held(transaction.connection, command.staff_id) != {Role.PARTNER_SYSTEM}
        or not command.scopes <= PROGRAMS
    ):
        raise NotAProgram


def revoke_token(command: RevokeToken, transaction: Transaction) -> None:
    """Raises UnknownToken unless it is a valid token of this member."""
    tokens = tables.tokens
    revoked = transaction.connection.execute(
        sa.update(tokens)
        .where(tokens.c.id == command.token_id, tokens.c.staff_id == command.staff_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=transaction.at)
    )
    if revoked.rowcount != 1:
        raise UnknownToken
    transaction.audit("token.revoked", subject_type="token", subject_id=command.token_id)


def is_good(at: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return tables.tokens.c.revoked_at.is_(None) & (tables.tokens.c.expires_at > at)
