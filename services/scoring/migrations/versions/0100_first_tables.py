"""First tables."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db import shared_tables
from services.kernel.db.types import Json, UtcDateTime

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
        "retellings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.Uuid(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retellings")),
    )
    op.create_table(
        "tellings",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(64), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_tellings_version_from_one")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_tellings_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_tellings")),
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
            ["tellings.referral_id", "tellings.version"],
            name=op.f("fk_estimates_referral_id_referral_version_tellings"),
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
        "answers",
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
        sa.CheckConstraint("(estimate_id IS NULL) <> (reason IS NULL)", name=op.f("ck_answers_estimate_or_reason")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_answers_sequence_from_one")),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimates.id"], name=op.f("fk_answers_estimate_id_estimates")),
        sa.ForeignKeyConstraint(
            ["referral_id", "referral_version"],
            ["tellings.referral_id", "tellings.version"],
            name=op.f("fk_answers_referral_id_referral_version_tellings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("referral_id", "sequence", name=op.f("uq_answers_referral_id_sequence")),
    )
    op.create_index(op.f("ix_answers_estimate_id"), "answers", ["estimate_id"], unique=False)
    op.create_index(
        "uq_answers_current",
        "answers",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_answers_current",
        table_name="answers",
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )
    op.drop_index(op.f("ix_answers_estimate_id"), table_name="answers")
    op.drop_table("answers")
    op.drop_table("estimates")
    op.drop_table("tellings")
    op.drop_table("retellings")
    op.drop_index(op.f("ix_referrals_person_id"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_index(op.f("ix_outcomes_referral_id"), table_name="outcomes")
    op.drop_table("outcomes")
    op.drop_table("models")
    op.drop_table("matches")
    shared_tables.drop()
