"""Which version a withdrawal is, for a referral may be amended after it; and whose details are hidden."""

import sqlalchemy as sa
from alembic import op

from services.intake.adapters.row_security import WALL

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("referrals", sa.Column("withdrawal_version", sa.Integer(), nullable=True))
    # So far nothing could be amended after it.
    op.execute("UPDATE referrals SET withdrawal_version = version WHERE withdrawn_at IS NOT NULL")
    WALL.put_up(op.get_bind())


def downgrade() -> None:
    WALL.take_down(op.get_bind())
    op.drop_column("referrals", "withdrawal_version")
