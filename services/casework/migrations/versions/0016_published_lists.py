"""How far the events that were sent have been listed, so that readers may ask for what they lack."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "published_lists",
        sa.Column("after_seconds", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("after_seconds", name="pk_published_lists"),
    )


def downgrade() -> None:
    op.drop_table("published_lists")
