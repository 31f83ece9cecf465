"""A claim ends by itself and is no state; a revision counts what a reviewer must have read before they write."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0014"
down_revision = "0013"

_CLAIMED = sa.text("claim_expires_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("claim_expires_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(
        "ix_reviews_claimed", "reviews", ["claim_expires_at"], postgresql_where=_CLAIMED, sqlite_where=_CLAIMED
    )
    # When it was last used is not kept: a claim made before this is over, and its review waits.
    op.execute("UPDATE reviews SET state = 'waiting' WHERE state = 'being_read'")


def downgrade() -> None:
    op.drop_index("ix_reviews_claimed", table_name="reviews")
    op.drop_column("reviews", "revision")
    op.drop_column("reviews", "claim_expires_at")
