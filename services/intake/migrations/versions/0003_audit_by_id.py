"""The audit is found by any id that a row names, and by who did it, without reading all of it."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db import audit_subjects
from services.kernel.db.types import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "audit_subjects",
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "occurred_at", "row_id", name=op.f("pk_audit_subjects")),
    )
    op.create_index("ix_audit_rows_actor", "audit_rows", ["actor", "occurred_at", "id"], unique=False)
    op.drop_index("ix_audit_rows_subject", table_name="audit_rows")
    audit_subjects.fill(op.get_bind())


def downgrade() -> None:
    op.create_index("ix_audit_rows_subject", "audit_rows", ["subject_type", "subject_id"], unique=False)
    op.drop_index("ix_audit_rows_actor", table_name="audit_rows")
    op.drop_table("audit_subjects")
