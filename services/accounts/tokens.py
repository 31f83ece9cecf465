"""Bearer tokens, for programs: issued to an account, valid for a time, revoked at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts import secret, tables
from services.accounts.sessions import record_sign_in
from services.kernel.db.transaction import Transaction
from services.kernel.errors import NotFound

USUAL_LIFETIME = timedelta(hours=8)
LONGEST_LIFETIME = timedelta(days=90)


class UnknownToken(NotFound):
    """There is no such token, or it was revoked."""


@dataclass(frozen=True, kw_only=True)
class IssueToken:
    staff_id: UUID
    lifetime: timedelta = USUAL_LIFETIME


@dataclass(frozen=True, kw_only=True)
class RevokeToken:
    staff_id: UUID
    token_id: UUID


def issue_token(command: IssueToken, transaction: Transaction) -> str:
    """Issue a token and give its secret, which is kept nowhere else. It lives 90 days at most."""
    token_id, made = uuid4(), secret.new()
    transaction.connection.execute(
        sa.insert(tables.tokens).values(
            id=token_id,
            secret_digest=secret.digest(made),
            staff_id=command.staff_id,
            issued_at=transaction.at,
            expires_at=transaction.at + min(command.lifetime, LONGEST_LIFETIME),
        )
    )
    transaction.audit("token.issued", subject_type="token", subject_id=token_id)
    record_sign_in(transaction, command.staff_id)
    return made


def revoke_token(command: RevokeToken, transaction: Transaction) -> None:
    """Raises UnknownToken when it is not this member's, or was revoked."""
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
