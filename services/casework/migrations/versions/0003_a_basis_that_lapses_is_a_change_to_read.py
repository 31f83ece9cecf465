"""A basis that lapses is a change to read: a kind of its own, beside what the referrer said in the same version."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _rebuild("'amended', 'withdrawn', 'basis_lapsed'", key=("referral_id", "referral_version", "kind"))


def downgrade() -> None:
    op.execute("DELETE FROM changes_to_read WHERE kind = 'basis_lapsed'")
    _rebuild("'amended', 'withdrawn'", key=("referral_id", "referral_version"))


def _rebuild(kinds: str, *, key: tuple[str, ...]) -> None:
    """SQLite changes no key of a table that is there: the rows wait in a copy while it is made anew."""
    op.execute("CREATE TABLE changes_kept AS SELECT * FROM changes_to_read")
    op.drop_table("changes_to_read")
    op.create_table(
        "changes_to_read",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_changes_to_read_read_by_somebody")),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_changes_to_read_known_kind")),
        sa.CheckConstraint(
            "kind <> 'basis_lapsed' OR case_id IS NOT NULL", name=op.f("ck_changes_to_read_lapsed_for_a_case")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_changes_to_read_review_id_reviews")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_changes_to_read")),
    )
    columns = "referral_id, referral_version, kind, case_id, review_id, arrived_at, read_at, read_by"
    op.execute(f"INSERT INTO changes_to_read ({columns}) SELECT {columns} FROM changes_kept")  # noqa: S608
    op.drop_table("changes_kept")
    op.create_index(op.f("ix_changes_to_read_case_id"), "changes_to_read", ["case_id"], unique=False)
    op.create_index(op.f("ix_changes_to_read_review_id"), "changes_to_read", ["review_id"], unique=False)
