"""Each version of a referral is kept as it was told. Of those before this revision, the newest is all there is.

Row-level security is put up by a later revision, as it now is.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.db import append_only
from services.kernel.db.types import Json, UtcDateTime

revision = "0018"
down_revision = "0017"

_COLUMNS = ("referral_id", "part", "version", "stated_at", "content")


def upgrade() -> None:
    op.create_table(
        "referral_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.CheckConstraint(
            "(part = 'facts') = (stated_at IS NOT NULL)", name=op.f("ck_referral_versions_facts_have_a_time")
        ),
        sa.PrimaryKeyConstraint("referral_id", "part", "version", name=op.f("pk_referral_versions")),
    )
    dialect = op.get_context().dialect.name
    for statement in newest_versions(dialect):
        op.execute(statement)
    for statement in append_only.statements(dialect, "referral_versions", fixed=_COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("referral_versions")


def newest_versions(dialect: str) -> list[str]:
    """The statements that keep the versions in force."""
    of_dialect = [_FACTS_SQLITE, _IDENTITIES_SQLITE] if dialect == "sqlite" else [_FACTS, _IDENTITIES]
    return [*of_dialect, _NARRATIVES]


_INTO = "INSERT INTO referral_versions (referral_id, part, version, stated_at, content) SELECT "
_STATED = "id, 'facts', version, COALESCE(amended_at, received_at), "
_FACTS = (
    _INTO + _STATED + "jsonb_build_object('area', area, 'age', age, 'age_basis', age_basis, 'interpreter_needed',"
    " interpreter_needed, 'facts', facts, 'circumstances', circumstances) FROM referrals"
)
_FACTS_SQLITE = (
    _INTO + _STATED + "json_object('area', area, 'age', age, 'age_basis', age_basis, 'interpreter_needed',"
    " json(CASE interpreter_needed WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),"
    " 'facts', json(facts), 'circumstances', json(circumstances)) FROM referrals"
)
_IDENTITY = "referral_id, 'identity', version, NULL, "
_IDENTITIES = _INTO + _IDENTITY + "told - 'referral_id' - 'version' FROM identities"
_IDENTITIES_SQLITE = _INTO + _IDENTITY + "json_remove(told, '$.referral_id', '$.version') FROM identities"
_NARRATIVES = _INTO + "referral_id, 'narrative', version, NULL, texts FROM narratives"
