"""When each member of staff signed in, so that others are told once a day."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("staff", sa.Column("signed_in_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "signed_in_at")
