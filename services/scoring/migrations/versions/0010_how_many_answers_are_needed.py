"""A refusal for too little information says how many answers an estimate needs. Null before, and of every other answer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("answers", sa.Column("min_answers", sa.Integer(), nullable=True))


def downgrade() -> None:
    # Not in a batch: a copied table would lose the condition of its partial index on SQLite.
    op.drop_column("answers", "min_answers")
