"""What a reviewer was shown is kept with its probability, and so is each estimate shown in place of another."""

import sqlalchemy as sa
from alembic import op

from services.casework.adapters.row_security import WALL
from services.kernel.db import append_only
from services.kernel.db.types import UtcDateTime

revision = "0023"
down_revision = "0022"

_OWN_VIEW = (
    "id", "review_id", "reviewer_id", "referrer_key", "referral_version", "level", "sureness", "why", "recorded_at",
    "estimate_seen_before",
)  # fmt: skip
_SHOWN = ("shown_at", "shown_sequence", "shown_band", "shown_model_version")
_REPLACEMENT = ("own_view_id", "sequence", "probability", "band", "model_version", "cause", "at")
_PROBABILITY = {
    "sqlite": "json_extract(estimates.content, '$.probability')",
    "postgresql": "(estimates.content ->> 'probability')::double precision",
}


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    _unprotect(dialect, "own_views", "stands", "stays", "filled_once")
    op.add_column("own_views", sa.Column("shown_probability", sa.Double(), nullable=True))
    op.execute(
        f"UPDATE own_views SET shown_probability = (SELECT {_PROBABILITY[dialect]} FROM estimates"  # noqa: S608 (no input)
        " JOIN reviews ON reviews.referral_id = estimates.referral_id WHERE reviews.id = own_views.review_id"
        " AND estimates.referral_version = own_views.referral_version"
        " AND estimates.sequence = own_views.shown_sequence) WHERE shown_sequence IS NOT NULL"
    )
    _protect(dialect, "own_views", fixed=_OWN_VIEW, filled_once=(*_SHOWN, "shown_probability"))
    op.create_table(
        "replacements_shown",
        sa.Column("own_view_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("band", sa.String(64), nullable=True),
        sa.Column("model_version", sa.String(200), nullable=True),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(probability IS NULL) = (band IS NULL)", name=op.f("ck_replacements_shown_estimate_or_none")
        ),
        sa.ForeignKeyConstraint(
            ["own_view_id"], ["own_views.id"], name=op.f("fk_replacements_shown_own_view_id_own_views")
        ),
        sa.PrimaryKeyConstraint("own_view_id", "sequence", name=op.f("pk_replacements_shown")),
    )
    _protect(dialect, "replacements_shown", fixed=_REPLACEMENT)
    WALL.put_up(op.get_bind())


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    WALL.take_down(op.get_bind())
    op.drop_table("replacements_shown")
    _unprotect(dialect, "own_views", "stands", "stays", "filled_once")
    op.drop_column("own_views", "shown_probability")
    _protect(dialect, "own_views", fixed=_OWN_VIEW, filled_once=_SHOWN)


def _protect(dialect: str, table: str, *, fixed: tuple[str, ...], filled_once: tuple[str, ...] = ()) -> None:
    for statement in append_only.statements(dialect, table, fixed=fixed, filled_once=filled_once):
        op.execute(statement)


def _unprotect(dialect: str, table: str, *names: str) -> None:
    """With the trigger that guards against TRUNCATE, which PostgreSQL alone has."""
    for name in (*names, *(["whole"] if dialect == "postgresql" else ())):
        op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if dialect == "postgresql" else ""))
