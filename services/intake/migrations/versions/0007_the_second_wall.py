"""The second wall behind the need-to-know rule: row-level security. It is put up by 0010, as it now is."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None: ...


def downgrade() -> None: ...
