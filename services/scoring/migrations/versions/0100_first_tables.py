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
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_table(
        "models",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("description", Json, nullable=False),
        sa.Column("evaluation", Json, nullable=True),
        sa.Column("described_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_models")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_referral_id"), "outcomes", ["referral_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_since", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_referrals_sequence_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_person_id"), "referrals", ["person_id"], unique=False)
    op.create_table(
        "republish_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_republish_jobs")),
    )
    op.create_table(
        "referral_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(64), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_referral_versions_version_from_one")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_versions_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_referral_versions")),
    )
    op.create_table(
        "estimates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("snapshot_digest", sa.String(length=64), nullable=False),
        sa.Column("snapshot", Json, nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("interval_low", sa.Double(), nullable=True),
        sa.Column("interval_high", sa.Double(), nullable=True),
        sa.Column("band", sa.String(64), nullable=False),
        sa.Column("base_rate", sa.Double(), nullable=False),
        sa.Column("base_log_odds", sa.Double(), nullable=False),
        sa.Column("contributions", Json, nullable=False),
        sa.Column("missing", Json, nullable=False),
        sa.Column("invented_data", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(interval_low IS NULL) = (interval_high IS NULL)", name=op.f("ck_estimates_interval_whole")
        ),
        sa.CheckConstraint("probability > 0 AND probability < 1", name=op.f("ck_estimates_probability_between")),
        sa.ForeignKeyConstraint(["model_version"], ["models.version"], name=op.f("fk_estimates_model_version_models")),
        sa.ForeignKeyConstraint(
            ["referral_id", "referral_version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_estimates_referral_id_referral_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimates")),
        sa.UniqueConstraint(
            "referral_id",
            "referral_version",
            "model_version",
            "snapshot_digest",
            name=op.f("uq_estimates_referral_id_referral_version_model_version_snapshot_digest"),
        ),
    )
    op.create_table(
        "results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("model_version", sa.String(length=64), nullable=True),
        sa.Column("snapshot_digest", sa.String(length=64), nullable=True),
        sa.Column("missing", Json, nullable=False),
        sa.Column("out_of_range", Json, nullable=False),
        sa.Column("known_answers", sa.Integer(), nullable=True),
        sa.Column("all_answers", sa.Integer(), nullable=True),
        sa.Column("sparse", sa.Boolean(), nullable=True),
        sa.Column("min_answers", sa.Integer(), nullable=True),
        sa.Column("drawn_on", Json, nullable=True),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(estimate_id IS NULL) <> (reason IS NULL)", name=op.f("ck_results_estimate_or_reason")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_results_sequence_from_one")),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimates.id"], name=op.f("fk_results_estimate_id_estimates")),
        sa.ForeignKeyConstraint(
            ["referral_id", "referral_version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_results_referral_id_referral_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("referral_id", "sequence", name=op.f("uq_results_referral_id_sequence")),
    )
    op.create_index(op.f("ix_results_estimate_id"), "results", ["estimate_id"], unique=False)
    op.create_index(
        "uq_results_current",
        "results",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_results_current",
        table_name="results",
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )
    op.drop_index(op.f("ix_results_estimate_id"), table_name="results")
    op.drop_table("results")
    op.drop_table("estimates")
    op.drop_table("referral_versions")
    op.drop_table("republish_jobs")
    op.drop_index(op.f("ix_referrals_person_id"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_index(op.f("ix_outcomes_referral_id"), table_name="outcomes")
    op.drop_table("outcomes")
    op.drop_table("models")
    op.drop_table("matches")
    shared_tables.drop()
