"""The second wall behind the need-to-know rule. It is put up by 0013, as it now is."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None: ...


def downgrade() -> None: ...
