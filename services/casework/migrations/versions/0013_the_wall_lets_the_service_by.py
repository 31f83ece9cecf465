"""Row-level security lets the service itself by, and stands before more tables. A later revision puts it up, as it now is."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None: ...


def downgrade() -> None: ...
