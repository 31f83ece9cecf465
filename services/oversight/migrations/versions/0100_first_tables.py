"""First tables."""

import sqlalchemy as sa
from alembic import op

from services.platform.db import shared_tables
from services.platform.db.types import Json, UtcDateTime

revision = "0100"
down_revision = None


def upgrade() -> None:
    shared_tables.create()
    op.create_table(
        "held_counts",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_held_counts")),
    )
    op.create_table(
        "models",
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("invented_data", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("model_version", name=op.f("pk_models")),
    )
    op.create_table(
        "rebuilds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebuilds")),
    )
    op.create_table(
        "referral_timelines",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("review_version", sa.Integer(), nullable=False),
        sa.Column("review_state", sa.String(64), nullable=False),
        sa.Column("first_claimed_at", UtcDateTime(), nullable=True),
        sa.Column("decided_version", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("pathway", sa.String(64), nullable=True),
        sa.Column("level", sa.String(64), nullable=True),
        sa.Column("own_level", sa.String(64), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("model_version", sa.String(length=64), nullable=True),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("case_closed", sa.Boolean(), nullable=False),
        sa.Column("opened_version", sa.Integer(), nullable=False),
        sa.Column("contacted_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_version", sa.Integer(), nullable=False),
        sa.Column("case_opened_at", UtcDateTime(), nullable=True),
        sa.Column("first_contact_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("case_closed_at", UtcDateTime(), nullable=True),
        sa.Column("referrer_asked_version", sa.Integer(), nullable=False),
        sa.Column("referrer_asked_ethnicity", sa.Boolean(), nullable=False),
        sa.Column("referrer_asked_sex", sa.Boolean(), nullable=False),
        sa.Column("referrer_asked_disability", sa.Boolean(), nullable=False),
        sa.Column("worker_asked_version", sa.Integer(), nullable=False),
        sa.Column("worker_asked_ethnicity", sa.Boolean(), nullable=False),
        sa.Column("worker_asked_sex", sa.Boolean(), nullable=False),
        sa.Column("worker_asked_disability", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(decided_version = 0) = (pathway IS NULL)", name=op.f("ck_referral_timelines_decision_whole")
        ),
        sa.CheckConstraint("(version = 0) = (received_at IS NULL)", name=op.f("ck_referral_timelines_received_whole")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_timelines")),
    )
    op.create_index(op.f("ix_referral_timelines_received_at"), "referral_timelines", ["received_at"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("due_at", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "published_reports",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.ForeignKeyConstraint(["due_at"], ["snapshots.due_at"], name=op.f("fk_published_reports_due_at_snapshots")),
        sa.PrimaryKeyConstraint("period", "area", "due_at", name=op.f("pk_published_reports")),
    )


def downgrade() -> None:
    op.drop_table("published_reports")
    op.drop_table("snapshots")
    op.drop_index(op.f("ix_referral_timelines_received_at"), table_name="referral_timelines")
    op.drop_table("referral_timelines")
    op.drop_table("rebuilds")
    op.drop_table("models")
    op.drop_table("held_counts")
    shared_tables.drop()
