"""Consent that was withdrawn ends its basis, and its team keeps one notice; a reviewer's basis is a row of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from services.kernel.db import append_only
from services.kernel.db.types import UtcDateTime

revision = "0019"
down_revision = "0018"

_ENTRY = (
    "id", "case_id", "version", "kind", "occurred_at", "recorded_at", "recorded_by", "text", "corrects_id",
    "assignee_id", "mode", "reached", "attempt_id", "answer", "later_on", "outcome", "close_reason", "confirmed_by",
)  # fmt: skip
_OLD = "referral_id, recipient_class, basis, gateway, expires_on, added_by, reason"
_NEVER_CONSENT = "added_by IS NULL OR basis NOT IN ('consent_young_person', 'consent_parent_or_carer')"
_CONSENT = "withdrawn_at IS NULL OR basis IN ('consent_young_person', 'consent_parent_or_carer')"


def upgrade() -> None:
    # The triage team's basis comes with the referral: one added beside it lets nobody else know.
    op.execute("DELETE FROM bases WHERE added_by IS NOT NULL AND recipient_class = 'triage'")
    _rebuild(by_reviewer=True)
    op.add_column("withdrawals", sa.Column("confirmed_at", UtcDateTime(), nullable=True))
    op.add_column("withdrawals", sa.Column("confirmed_by", sa.Uuid(), nullable=True))
    op.add_column("withdrawals", sa.Column("readable_until", UtcDateTime(), nullable=True))
    op.add_column("cases", sa.Column("stopped_at", UtcDateTime(), nullable=True))
    op.add_column("case_entries", sa.Column("why", sa.Text(), nullable=True))
    _entries_stand((*_ENTRY, "why"))
    op.create_table(
        "consent_notices",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("initials", sa.String(16), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consent_notices_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_consent_notices")),
    )
    op.create_index(op.f("ix_consent_notices_referral_id"), "consent_notices", ["referral_id"], unique=False)


def downgrade() -> None:
    op.drop_table("consent_notices")
    _entries_stand(_ENTRY)
    op.drop_column("case_entries", "why")
    op.drop_column("cases", "stopped_at")
    for column in ("readable_until", "confirmed_by", "confirmed_at"):
        op.drop_column("withdrawals", column)
    # Of two of the same kind the older form keeps one.
    op.execute("DELETE FROM bases WHERE withdrawn_at IS NOT NULL")
    op.execute(
        "DELETE FROM bases WHERE by_reviewer AND EXISTS (SELECT 1 FROM bases AS said WHERE NOT said.by_reviewer"
        " AND said.referral_id = bases.referral_id AND said.recipient_class = bases.recipient_class"
        " AND said.basis = bases.basis)"
    )
    _rebuild(by_reviewer=False)


def _entries_stand(fixed: Sequence[str]) -> None:
    """What was written in a case is never changed: the trigger names each column."""
    dialect = op.get_context().dialect.name
    op.execute("DROP TRIGGER case_entries_stands" + ("" if dialect == "sqlite" else " ON case_entries"))
    for statement in append_only.statements(dialect, "case_entries", fixed=fixed):
        if "TRIGGER case_entries_stands " in statement:
            op.execute(statement)


def _rebuild(*, by_reviewer: bool) -> None:
    """SQLite changes no key of a table that is there: the rows wait in a copy while it is made anew."""
    op.execute("CREATE TABLE bases_kept AS SELECT * FROM bases")
    op.drop_table("bases")
    more: list[sa.Column[object] | sa.CheckConstraint] = []
    key = ["referral_id", "recipient_class", "basis"]
    if by_reviewer:
        key.append("by_reviewer")
        more = [
            sa.Column("by_reviewer", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
            sa.CheckConstraint(
                "added_by IS NULL OR recipient_class <> 'triage'", name=op.f("ck_bases_never_for_triage")
            ),
            sa.CheckConstraint(_CONSENT, name=op.f("ck_bases_consent_withdrawn")),
        ]
    op.create_table(
        "bases",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_class", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("gateway", sa.String(64), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        *more,
        sa.CheckConstraint("(added_by IS NULL) = (reason IS NULL)", name=op.f("ck_bases_added_with_reason")),
        sa.CheckConstraint(_NEVER_CONSENT, name=op.f("ck_bases_never_consent")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_bases")),
    )
    into, what = (f"{_OLD}, by_reviewer", f"{_OLD}, added_by IS NOT NULL") if by_reviewer else (_OLD, _OLD)
    op.execute(f"INSERT INTO bases ({into}) SELECT {what} FROM bases_kept")  # noqa: S608
    op.drop_table("bases_kept")
    op.create_index(op.f("ix_bases_expires_on"), "bases", ["expires_on"], unique=False)
