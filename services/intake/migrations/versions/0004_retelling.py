"""What others may have missed is told again."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "retellings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.Uuid(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retellings"),
    )
    op.add_column("referrals", sa.Column("heard_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referrals", sa.Column("changed_at", UtcDateTime(), nullable=True))
    op.add_column("referrals", sa.Column("tell_again_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_referrals_unheard",
        "referrals",
        ["area"],
        unique=False,
        postgresql_where=sa.text("heard_version < version"),
        sqlite_where=sa.text("heard_version < version"),
    )
    # What casework has told a step of, it knows: this revision is no reason to tell anything again.
    op.execute("UPDATE referrals SET heard_version = version WHERE step_version > 0")


def downgrade() -> None:
    op.drop_index(
        "ix_referrals_unheard",
        table_name="referrals",
        postgresql_where=sa.text("heard_version < version"),
        sqlite_where=sa.text("heard_version < version"),
    )
    op.drop_column("referrals", "tell_again_at")
    op.drop_column("referrals", "changed_at")
    op.drop_column("referrals", "heard_version")
    op.drop_table("retellings")
