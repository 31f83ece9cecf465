"""Text that was typed and not sent is stored for the person who typed it. Policies are put up by a later revision."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "unsent_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent_texts")),
    )
    op.create_index(op.f("ix_unsent_texts_expires_at"), "unsent_texts", ["expires_at"])
    op.create_index("ix_unsent_texts_of_page", "unsent_texts", ["staff_id", "page"])


def downgrade() -> None:
    op.drop_table("unsent_texts")
