"""Oversight may begin from nothing: its owners tell it again."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "rebuilds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rebuilds"),
    )


def downgrade() -> None:
    op.drop_table("rebuilds")
