"""A referral may be reviewed again and have a second case: what was done in the newest is told from what was before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_VERSIONS = ("opened_version", "contacted_version", "confirmed_version")


def upgrade() -> None:
    for name in _VERSIONS:
        op.add_column("journeys", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in _VERSIONS:
        op.drop_column("journeys", name)
