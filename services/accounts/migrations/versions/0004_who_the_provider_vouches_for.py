"""Who the identity provider vouches for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "provider_subjects",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_provider_subjects_staff_id_staff")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_subjects")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_provider_subjects_staff_id")),
    )


def downgrade() -> None:
    op.drop_table("provider_subjects")
