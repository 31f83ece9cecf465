"""What was written stands: chronology, own views and decisions are append-only."""

from alembic import op

from services.kernel.db import append_only

revision = "0004"
down_revision = "0003"

_ENTRY = (
    "id", "case_id", "version", "kind", "occurred_at", "recorded_at", "recorded_by", "text", "corrects_id",
    "assignee_id", "mode", "reached", "attempt_id", "answer", "later_on", "outcome", "close_reason", "confirmed_by",
)  # fmt: skip
_DECISION = (
    "review_id", "referrer_key", "own_view_id", "decided_by", "own_view_at", "shown_at", "decided_at", "level",
    "pathway", "reasons", "difference_reasons", "band", "agrees", "agreement_table", "model_version", "team_id",
)  # fmt: skip
_OWN_VIEW = (
    "id", "review_id", "reviewer_id", "referrer_key", "referral_version", "level", "sureness", "why", "recorded_at",
    "estimate_seen_before",
)  # fmt: skip
_SHOWN = ("shown_at", "shown_sequence", "shown_band", "shown_model_version")


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for table, fixed, filled_once in (
        ("decisions", _DECISION, ()),
        ("own_views", _OWN_VIEW, _SHOWN),
        ("case_entries", _ENTRY, ()),
    ):
        for statement in append_only.statements(dialect, table, fixed=fixed, filled_once=filled_once):
            op.execute(statement)


def downgrade() -> None:
    on_table = op.get_context().dialect.name != "sqlite"
    for table in ("case_entries", "own_views", "decisions"):
        for name in ("stands", "stays", *(["filled_once"] if table == "own_views" else ())):
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if on_table else ""))
        if on_table:
            op.execute(f"DROP TRIGGER {table}_whole ON {table}")
    if on_table:
        op.execute("DROP FUNCTION refuse_change")
