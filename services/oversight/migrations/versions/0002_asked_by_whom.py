"""Who asked the equality questions, with the version that each told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NAMES = ("ethnicity", "sex", "disability")


def upgrade() -> None:
    """What was held of both stands as the referrer's, below every version, until an event says otherwise."""
    for name in _NAMES:
        op.execute(f"ALTER TABLE journeys RENAME COLUMN {name}_asked TO referrer_asked_{name}")
        op.add_column(
            "journeys", sa.Column(f"worker_asked_{name}", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    for by in ("referrer", "worker"):
        op.add_column("journeys", sa.Column(f"{by}_asked_version", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for by in ("referrer", "worker"):
        op.drop_column("journeys", f"{by}_asked_version")
    for name in _NAMES:
        op.drop_column("journeys", f"worker_asked_{name}")
        op.execute(f"ALTER TABLE journeys RENAME COLUMN referrer_asked_{name} TO {name}_asked")
