"""Dead letters by partition: a position is counted in each, so a dead letter is known by its bytes too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("dead_letters") as dead_letters:
        dead_letters.add_column(sa.Column("partition", sa.Integer(), nullable=False, server_default="0"))
        dead_letters.drop_constraint("uq_dead_letters_topic_position", type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("dead_letters") as dead_letters:
        dead_letters.create_unique_constraint("uq_dead_letters_topic_position", ["topic", "position"])
        dead_letters.drop_column("partition")
