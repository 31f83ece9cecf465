"""Each version of a referral is kept as it was told. Of those before this revision, the newest is all there is."""

import sqlalchemy as sa
from alembic import op

from services.casework.adapters.row_security import WALL
from services.kernel.db import append_only
from services.kernel.db.types import Json, UtcDateTime

revision = "0016"
down_revision = "0015"

_FACTS = (
    "referral_id", "version", "stated_at", "area", "age", "age_basis", "interpreter_needed", "facts", "circumstances",
)  # fmt: skip
_IDENTITY = ("referral_id", "version", "name", "date_of_birth", "told")
_NARRATIVE = ("referral_id", "version", "texts")


def upgrade() -> None:
    op.create_table(
        "referral_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("age_basis", sa.String(64), nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("circumstances", Json, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_referral_versions")),
    )
    op.create_table(
        "identity_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_identity_versions")),
    )
    op.create_table(
        "narrative_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_narrative_versions")),
    )
    _copy("referral_versions", _FACTS, "referrals", referral_id="id", stated_at="COALESCE(amended_at, received_at)")
    _copy("identity_versions", _IDENTITY, "identities")
    _copy("narrative_versions", _NARRATIVE, "narratives")
    dialect = op.get_context().dialect.name
    for table, columns in (
        ("referral_versions", _FACTS),
        ("identity_versions", _IDENTITY),
        ("narrative_versions", _NARRATIVE),
    ):
        for statement in append_only.statements(dialect, table, fixed=columns):
            op.execute(statement)
    WALL.put_up(op.get_bind())


def downgrade() -> None:
    WALL.take_down(op.get_bind())
    for table in ("narrative_versions", "identity_versions", "referral_versions"):
        op.drop_table(table)


def _copy(table: str, columns: tuple[str, ...], source: str, **named: str) -> None:
    values = ", ".join(named.get(column, column) for column in columns)
    op.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {source}")  # noqa: S608 (our own names)
