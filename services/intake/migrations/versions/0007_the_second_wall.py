"""The second wall behind the need-to-know rule: row-level security. It is put up by a later revision, as it now is."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None: ...


def downgrade() -> None: ...
