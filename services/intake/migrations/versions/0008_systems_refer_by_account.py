"""A partner system's referral names the account that sent it, beside its organisation.

The wall that reads it is put up by a later revision, as it now is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("referrals", sa.Column("by_system", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Who wrote down the first version is who sent it.
    op.execute(
        "UPDATE referrals SET by_system = true, referred_by = ("
        " SELECT recorded_by FROM referral_versions WHERE referral_id = referrals.id AND referral_versions.version = 1)"
        " WHERE referred_by IS NULL AND organisation_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("UPDATE referrals SET referred_by = NULL WHERE by_system")
    op.drop_column("referrals", "by_system")
