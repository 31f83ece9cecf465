"""Requests are counted, by account and by organisation."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "request_counts",
        sa.Column("minute", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "subject", name=op.f("pk_request_counts")),
    )


def downgrade() -> None:
    op.drop_table("request_counts")
