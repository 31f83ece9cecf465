"""Find what is overdue without reading what is done."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_UNPAUSED = sa.text("state IN ('waiting', 'being_read')")
_UNCONTACTED = sa.text("state = 'open' AND first_contact_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_reviews_unpaused", "reviews", ["due_at"], postgresql_where=_UNPAUSED, sqlite_where=_UNPAUSED)
    op.create_index(
        "ix_cases_uncontacted", "cases", ["due_at"], postgresql_where=_UNCONTACTED, sqlite_where=_UNCONTACTED
    )


def downgrade() -> None:
    op.drop_index("ix_cases_uncontacted", table_name="cases")
    op.drop_index("ix_reviews_unpaused", table_name="reviews")
