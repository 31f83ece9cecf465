"""What a reviewer was shown says on how many answers it was based. Null in what was shown before."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db import append_only

revision = "0024"
down_revision = "0023"

_OWN_VIEW = (
    "id", "review_id", "reviewer_id", "referrer_key", "referral_version", "level", "sureness", "why", "recorded_at",
    "estimate_seen_before",
)  # fmt: skip
_SHOWN = ("shown_at", "shown_sequence", "shown_band", "shown_model_version", "shown_probability")
_SHOWN_ANSWERS = ("shown_known_answers", "shown_all_answers")
_REPLACEMENT = ("own_view_id", "sequence", "probability", "band", "model_version", "cause", "at")
_ANSWERS = ("known_answers", "all_answers")


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    _unprotect(dialect)
    for name in _SHOWN_ANSWERS:
        op.add_column("own_views", sa.Column(name, sa.Integer(), nullable=True))
    for name in _ANSWERS:
        op.add_column("replacements_shown", sa.Column(name, sa.Integer(), nullable=True))
    _protect(dialect, "own_views", fixed=_OWN_VIEW, filled_once=(*_SHOWN, *_SHOWN_ANSWERS))
    _protect(dialect, "replacements_shown", fixed=(*_REPLACEMENT, *_ANSWERS))


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    _unprotect(dialect)
    for name in _SHOWN_ANSWERS:
        op.drop_column("own_views", name)
    for name in _ANSWERS:
        op.drop_column("replacements_shown", name)
    _protect(dialect, "own_views", fixed=_OWN_VIEW, filled_once=_SHOWN)
    _protect(dialect, "replacements_shown", fixed=_REPLACEMENT)


def _protect(dialect: str, table: str, *, fixed: tuple[str, ...], filled_once: tuple[str, ...] = ()) -> None:
    for statement in append_only.statements(dialect, table, fixed=fixed, filled_once=filled_once):
        op.execute(statement)


def _unprotect(dialect: str) -> None:
    """With the triggers that guard against TRUNCATE, which PostgreSQL alone has."""
    truncate = ["whole"] if dialect == "postgresql" else []
    for table, names in (
        ("own_views", ["stands", "stays", "filled_once"]),
        ("replacements_shown", ["stands", "stays"]),
    ):
        for name in (*names, *truncate):
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if dialect == "postgresql" else ""))
