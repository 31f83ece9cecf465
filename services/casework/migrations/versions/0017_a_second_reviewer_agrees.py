"""While danger stands, a decision on less than urgent support is a proposal until a second reviewer agrees."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db import append_only
from services.kernel.db.types import Json, UtcDateTime

revision = "0017"
down_revision = "0016"

_SAID = (
    "id", "review_id", "referrer_key", "referral_version", "own_view_id", "own_view_at", "proposed_by", "proposed_at",
    "level", "pathway", "reasons", "difference_reasons", "agrees", "agreement_table", "shown_at",
    "shown_sequence", "team_id",
)  # fmt: skip
_ENDED = ("ended_at", "outcome", "ended_by", "ended_reason")
_WAITING = sa.text("ended_at IS NULL")
_UNPAUSED = sa.text("state IN ('waiting', 'being_read', 'agreement_needed')")
_UNPAUSED_BEFORE = sa.text("state IN ('waiting', 'being_read')")


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_key", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("own_view_id", sa.Uuid(), nullable=False),
        sa.Column("own_view_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("pathway", sa.String(64), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("difference_reasons", Json, nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("agreement_table", sa.Integer(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("shown_sequence", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome NOT IN ('agreed', 'refused') OR (ended_by IS NOT NULL AND ended_reason IS NOT NULL"
            " AND ended_by <> proposed_by AND ended_by <> referrer_key)",
            name=op.f("ck_proposals_answered_by_another"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_proposals_ended_how")),
        sa.ForeignKeyConstraint(
            ["own_view_id", "review_id", "proposed_by", "own_view_at"],
            ["own_views.id", "own_views.review_id", "own_views.reviewer_id", "own_views.recorded_at"],
            name=op.f("fk_proposals_own_view"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id", "referrer_key"],
            ["reviews.id", "reviews.referrer_key"],
            name=op.f("fk_proposals_review_id_referrer_key_reviews"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_review_id"), "proposals", ["review_id"], unique=False)
    op.create_index(
        "uq_proposals_waiting",
        "proposals",
        ["review_id"],
        unique=True,
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )
    dialect = op.get_context().dialect.name
    for statement in append_only.statements(dialect, "proposals", fixed=_SAID, filled_once=_ENDED):
        op.execute(statement)
    _index(_UNPAUSED)


def downgrade() -> None:
    _index(_UNPAUSED_BEFORE)
    op.drop_table("proposals")


def _index(unpaused: sa.TextClause) -> None:
    op.drop_index("ix_reviews_unpaused", table_name="reviews")
    op.create_index("ix_reviews_unpaused", "reviews", ["due_at"], postgresql_where=unpaused, sqlite_where=unpaused)
