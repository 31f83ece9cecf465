"""The second wall behind the need-to-know rule: row-level security, on PostgreSQL."""

from alembic import op

from services.intake.adapters.row_security import WALL

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    WALL.put_up(op.get_bind())


def downgrade() -> None:
    WALL.take_down(op.get_bind())
