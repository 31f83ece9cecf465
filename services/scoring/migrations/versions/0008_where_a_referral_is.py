"""Each version of a referral has its area and its source: history is taken from referrals of the same area only.

Both are null in what is held already. Told again (`waymark rebuild oversight` has intake tell all), it is filled, and
what was estimated with the history of other areas is estimated again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("tellings", sa.Column("area", sa.String(64), nullable=True))
    op.add_column("tellings", sa.Column("source", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tellings") as tellings:
        tellings.drop_column("source")
        tellings.drop_column("area")
