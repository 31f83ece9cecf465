"""The second wall as it now is: it looks into no other table where the service itself is at work, and it stands before
withdrawals, progress and changes to read as well.
"""

from alembic import op

from services.casework.adapters.row_security import WALL

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    WALL.put_up(op.get_bind())


def downgrade() -> None:
    WALL.take_down(op.get_bind())
