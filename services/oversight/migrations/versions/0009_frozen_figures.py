"""Figures are frozen once a week, and pages show nothing else."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("due_at", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "published_reports",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.ForeignKeyConstraint(["due_at"], ["snapshots.due_at"], name=op.f("fk_published_reports_due_at_snapshots")),
        sa.PrimaryKeyConstraint("period", "area", "due_at", name=op.f("pk_published_reports")),
    )
    op.create_table(
        "held_counts",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_held_counts")),
    )


def downgrade() -> None:
    for name in ("held_counts", "published_reports", "snapshots"):
        op.drop_table(name)
