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


def downgrade() -> None:
    op.drop_table("retellings")
