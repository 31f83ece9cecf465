"""${message}."""

import sqlalchemy as sa
from alembic import op

from services.platform.db.types import Json, UtcDateTime

revision = "${up_revision}"
down_revision = ${repr(down_revision).replace("'", '"')}


def upgrade() -> None:
    ${upgrades}


def downgrade() -> None:
    ${downgrades}
