"""A dead letter leaves with its decision: nothing ever wrote when it was redriven.

A contract: no release has needed the column.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_column("dead_letters", "redriven_at")


def downgrade() -> None:
    op.add_column("dead_letters", sa.Column("redriven_at", UtcDateTime(), nullable=True))
