"""A pause ends by itself, and a review knows when the young person is expected to leave hospital.

A question asked before this has no end written down: its pause is over, and its review counts as unanswered.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("reviews", sa.Column("pause_ends_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("paused_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("reviews", sa.Column("leaves_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("leaves_known_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    for column in ("leaves_known_at", "leaves_at", "paused_seconds", "pause_ends_at"):
        op.drop_column("reviews", column)
