"""The tables that every service has in addition to its own: outbox, inbox, dead letters, idempotency keys, audit."""

from dataclasses import dataclass

import sqlalchemy as sa

from services.platform.db.types import Json, UtcDateTime

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = "append_only"
"""In a table's `info`: rows are never deleted. The value names the columns that may be updated later."""


def new_metadata() -> sa.MetaData:
    """Returns metadata that names every constraint: a migration must be able to name what it drops."""
    return sa.MetaData(naming_convention=_NAMES)


@dataclass(frozen=True)
class PlatformTables:
    outbox: sa.Table
    inbox: sa.Table
    dead_letters: sa.Table
    idempotency_keys: sa.Table
    request_counts: sa.Table
    unsent_texts: sa.Table
    audit_rows: sa.Table
    audit_subjects: sa.Table
    audit_head: sa.Table


def platform_tables(metadata: sa.MetaData) -> PlatformTables:
    return PlatformTables(
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        dead_letters=_dead_letters(metadata),
        idempotency_keys=_idempotency_keys(metadata),
        request_counts=_request_counts(metadata),
        unsent_texts=_unsent_texts(metadata),
        audit_rows=_audit_rows(metadata),
        audit_subjects=_audit_subjects(metadata),
        audit_head=_audit_head(metadata),
    )


def _number() -> sa.types.TypeEngine[int]:
    """A counter that SQLite uses as its row id."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _outbox(metadata: sa.MetaData) -> sa.Table:
    table = sa.Table(
        "outbox",
        metadata,
        sa.Column("position", _number(), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sqlite_autoincrement=True,
    )
    # The relay finds rows by state, never by `position > last seen`: a slow transaction commits a low position late.
    waiting = table.c.published_at.is_(None)
    sa.Index("ix_outbox_waiting", table.c.position, postgresql_where=waiting, sqlite_where=waiting)
    return table


def _inbox(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "inbox",
        metadata,
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("handled_at", UtcDateTime, nullable=False, index=True),
    )


def _dead_letters(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "dead_letters",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False, server_default="0"),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=True),
        sa.Column("event_type", sa.String(128), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("dead_lettered_at", UtcDateTime, nullable=False),
    )


def _idempotency_keys(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "idempotency_keys",
        metadata,
        sa.Column("scope", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("location", sa.String(500), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    )


def _request_counts(metadata: sa.MetaData) -> sa.Table:
    """Numbers of requests of an account or organisation admitted per minute."""
    return sa.Table(
        "request_counts",
        metadata,
        sa.Column("minute", UtcDateTime, primary_key=True),
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("taken", sa.Integer, nullable=False),
    )


def _unsent_texts(metadata: sa.MetaData) -> sa.Table:
    """Text that a person typed in a form and did not send. Only that person sees it, on the same page."""
    table = sa.Table(
        "unsent_texts",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    )
    sa.Index("ix_unsent_texts_of_page", table.c.staff_id, table.c.page)
    return table


def _audit_rows(metadata: sa.MetaData) -> sa.Table:
    table = sa.Table(
        "audit_rows",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("occurred_at", UtcDateTime, nullable=False, index=True),
        sa.Column("actor", sa.Uuid, nullable=True),
        sa.Column("what", sa.String(128), nullable=False),
        sa.Column("subject_type", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("correlation_id", sa.Uuid, nullable=False),
        sa.Column("details", Json, nullable=True),
        sa.Column("number", sa.BigInteger, nullable=True, unique=True),
        sa.Column("hash", sa.String(64), nullable=True),
        sa.Column("sealed_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("(number IS NULL) = (hash IS NULL)", name="sealed_whole"),
        info={APPEND_ONLY: ("number", "hash", "sealed_at")},
    )
    sa.Index("ix_audit_rows_actor", table.c.actor, table.c.occurred_at, table.c.id)
    unsealed = table.c.number.is_(None)
    sa.Index("ix_audit_rows_unsealed", table.c.id, postgresql_where=unsealed, sqlite_where=unsealed)
    return table


def _audit_subjects(metadata: sa.MetaData) -> sa.Table:
    """Which audit rows refer to an id: as their subject or in their details."""
    return sa.Table(
        "audit_subjects",
        metadata,
        sa.Column("subject_id", sa.String(200), primary_key=True),
        sa.Column("occurred_at", UtcDateTime, primary_key=True),
        sa.Column("row_id", sa.Uuid, primary_key=True),
        info={APPEND_ONLY: ()},
    )


def _audit_head(metadata: sa.MetaData) -> sa.Table:
    """One row: the last link of the chain. The process that locks it is the sealer."""
    return sa.Table(
        "audit_head",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
        info={APPEND_ONLY: ("number", "hash")},
    )
