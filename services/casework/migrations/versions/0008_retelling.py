"""What others may have missed is told again."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "0008"
down_revision = "0007"


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
    op.add_column("progress", sa.Column("question", sa.String(64), nullable=True))
    op.add_column("progress", sa.Column("question_id", sa.Uuid(), nullable=True))
    op.add_column("progress", sa.Column("at", UtcDateTime(), nullable=True))
    op.add_column("progress", sa.Column("ask_again_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("first_claimed_at", UtcDateTime(), nullable=True))
    # The nearest to the truth that is kept: who took it over since, or who said what they think of it.
    op.execute(
        "UPDATE reviews SET first_claimed_at = CASE WHEN (SELECT MIN(recorded_at) FROM own_views"
        " WHERE own_views.review_id = reviews.id) < claimed_at THEN (SELECT MIN(recorded_at) FROM own_views"
        " WHERE own_views.review_id = reviews.id) ELSE claimed_at END"
    )


def downgrade() -> None:
    op.drop_column("reviews", "first_claimed_at")
    op.drop_column("progress", "ask_again_at")
    op.drop_column("progress", "at")
    op.drop_column("progress", "question_id")
    op.drop_column("progress", "question")
    op.drop_table("retellings")
