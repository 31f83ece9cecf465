"""What areas are called."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("teams", sa.Column("area_names", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("teams", "area_names")
