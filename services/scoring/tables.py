"""Scoring's tables. What must never happen is a constraint here, not only code elsewhere."""

import sqlalchemy as sa

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Outcome, Source
from services.platform.db.republish_jobs import republish_jobs_table
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import CodeType, Json, UtcDateTime

metadata = new_metadata()
platform = platform_tables(metadata)

referrals = sa.Table(
    "referrals",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False, index=True),
    sa.Column("person_since", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=True),
    sa.Column("withdrawn_at", UtcDateTime, nullable=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.CheckConstraint("sequence >= 0", name="sequence_not_negative"),
)

referral_versions = sa.Table(
    "referral_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("stated_at", UtcDateTime, nullable=False),
    sa.Column("facts", Json, nullable=False),
    # Null in rows of an earlier release, until the referral is republished.
    sa.Column("area", sa.String(64), nullable=True),
    sa.Column("source", CodeType(Source), nullable=True),
    sa.CheckConstraint("version >= 1", name="version_from_one"),
)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)

models = sa.Table(
    "models",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("description", Json, nullable=False),
    sa.Column("evaluation", Json, nullable=True),
    sa.Column("described_at", UtcDateTime, nullable=False),
)

# One estimate of a model for one version of a referral. Never changed: a late fact gives another row.
estimates = sa.Table(
    "estimates",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("model_version", sa.String(64), sa.ForeignKey("models.version"), nullable=False),
    sa.Column("code_version", sa.String(64), nullable=False),
    sa.Column("snapshot_digest", sa.String(64), nullable=False),
    sa.Column("snapshot", Json, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("interval_low", sa.Double, nullable=True),
    sa.Column("interval_high", sa.Double, nullable=True),
    sa.Column("band", CodeType(Band), nullable=False),
    sa.Column("base_rate", sa.Double, nullable=False),
    sa.Column("base_log_odds", sa.Double, nullable=False),
    sa.Column("contributions", Json, nullable=False),
    sa.Column("missing", Json, nullable=False),
    sa.Column("invented_data", sa.Boolean, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(
        ["referral_id", "referral_version"], ["referral_versions.referral_id", "referral_versions.version"]
    ),
    sa.UniqueConstraint("referral_id", "referral_version", "model_version", "snapshot_digest"),
    sa.CheckConstraint("probability > 0 AND probability < 1", name="probability_between"),
    sa.CheckConstraint("(interval_low IS NULL) = (interval_high IS NULL)", name="interval_whole"),
)

# The results of a referral, by sequence: an estimate, or why there is none.
results = sa.Table(
    "results",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("estimate_id", sa.Uuid, sa.ForeignKey("estimates.id"), nullable=True, index=True),
    sa.Column("reason", CodeType(NotEstimatedReason), nullable=True),
    sa.Column("model_version", sa.String(64), nullable=True),
    sa.Column("snapshot_digest", sa.String(64), nullable=True),
    sa.Column("missing", Json, nullable=False),
    sa.Column("out_of_range", Json, nullable=False),
    # Null in rows of an earlier release.
    sa.Column("known_answers", sa.Integer, nullable=True),
    sa.Column("all_answers", sa.Integer, nullable=True),
    # Decided by the limits of that day, which are settings: the two counts alone do not give it.
    sa.Column("sparse", sa.Boolean, nullable=True),
    sa.Column("min_answers", sa.Integer, nullable=True),
    sa.Column("drawn_on", Json, nullable=True),
    sa.Column("cause", CodeType(EstimateCause), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("is_current", sa.Boolean, nullable=False),
    sa.ForeignKeyConstraint(
        ["referral_id", "referral_version"], ["referral_versions.referral_id", "referral_versions.version"]
    ),
    sa.UniqueConstraint("referral_id", "sequence"),
    sa.CheckConstraint("(estimate_id IS NULL) <> (reason IS NULL)", name="estimate_or_reason"),
    sa.CheckConstraint("sequence >= 1", name="sequence_from_one"),
)
_current = sa.text("is_current")  # spelled the same on both engines, unlike `= true`
sa.Index("uq_results_current", results.c.referral_id, unique=True, postgresql_where=_current, sqlite_where=_current)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("case_id", sa.Uuid, nullable=False),
    sa.Column("referral_id", sa.Uuid, nullable=False, index=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("outcome", CodeType(Outcome), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

republish_jobs = republish_jobs_table(metadata)
