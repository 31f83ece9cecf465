"""What each bearer token may do. One issued before goes on as it was until it expires: a partner's referrals arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_EVERY = " ".join(
    f"{service}:{what}"
    for service in ("accounts", "casework", "intake", "oversight", "scoring")
    for what in ("read", "write")
)


def upgrade() -> None:
    with op.batch_alter_table("tokens") as batch:
        batch.add_column(sa.Column("scopes", sa.String(500), nullable=False, server_default=_EVERY))
    with op.batch_alter_table("tokens") as batch:
        batch.alter_column("scopes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("tokens") as batch:
        batch.drop_column("scopes")
