"""Passwords that must be changed, when each member of staff last signed in, and teams that have ended."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("passwords", sa.Column("one_time_until", UtcDateTime(), nullable=True))
    op.add_column("staff", sa.Column("last_signed_in_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE staff SET last_signed_in_at = signed_in_at")
    op.add_column("teams", sa.Column("ended_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "ended_at")
    op.drop_column("staff", "last_signed_in_at")
    op.drop_column("passwords", "one_time_until")
