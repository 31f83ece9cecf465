"""What a referral was answered says on how many answers it was based, and a refusal what it drew on. Null before."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("answers", sa.Column("known_answers", sa.Integer(), nullable=True))
    op.add_column("answers", sa.Column("all_answers", sa.Integer(), nullable=True))
    op.add_column("answers", sa.Column("sparse", sa.Boolean(), nullable=True))
    op.add_column("answers", sa.Column("drawn_on", Json, nullable=True))


def downgrade() -> None:
    # Not in a batch: a copied table would lose the condition of its partial index on SQLite.
    op.drop_column("answers", "drawn_on")
    op.drop_column("answers", "sparse")
    op.drop_column("answers", "all_answers")
    op.drop_column("answers", "known_answers")
