"""A draft says when it was started, so that its writer can tell it from another."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("started_at", UtcDateTime, nullable=True))


def downgrade() -> None:
    op.drop_column("drafts", "started_at")
