"""Whom a referral is about is kept with the time since when, for a match may arrive before the referral."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "persons",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_persons")),
    )
    op.execute(
        "INSERT INTO persons (referral_id, person_id, since)"
        " SELECT id, person_id, COALESCE(amended_at, received_at) FROM referrals"
    )


def downgrade() -> None:
    op.drop_table("persons")
