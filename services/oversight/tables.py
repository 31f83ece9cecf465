"""Oversight's tables: timelines of referrals, without identities, and which models were made from invented data."""

from typing import Any

import sqlalchemy as sa

from services.contracts.codes import Pathway, SupportLevel
from services.oversight.timelines import AskedBy, ReviewState
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import CodeType, Json, UtcDateTime

metadata = new_metadata()
platform = platform_tables(metadata)


def _asked(by: AskedBy) -> list[sa.Column[Any]]:
    """Whether they asked, never the answer, in the highest published version."""
    version = sa.Column(f"{by}_asked_version", sa.Integer, nullable=False)
    answered = [
        sa.Column(f"{by}_asked_{name}", sa.Boolean, nullable=False) for name in ("ethnicity", "sex", "disability")
    ]
    return [version, *answered]


timelines = sa.Table(
    "referral_timelines",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("area", sa.String(64), nullable=True),
    sa.Column("received_at", UtcDateTime, nullable=True, index=True),
    sa.Column("review_version", sa.Integer, nullable=False),
    sa.Column("review_state", CodeType(ReviewState), nullable=False),
    sa.Column("first_claimed_at", UtcDateTime, nullable=True),
    sa.Column("decided_version", sa.Integer, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=True),
    sa.Column("pathway", CodeType(Pathway), nullable=True),
    sa.Column("level", CodeType(SupportLevel), nullable=True),
    sa.Column("own_level", CodeType(SupportLevel), nullable=True),
    sa.Column("agrees", sa.Boolean, nullable=True),
    sa.Column("model_version", sa.String(64), nullable=True),
    sa.Column("case_version", sa.Integer, nullable=False),
    sa.Column("case_closed", sa.Boolean, nullable=False),
    # Of its newest case or hand-over: a version above its opening belongs to it.
    sa.Column("opened_version", sa.Integer, nullable=False),
    sa.Column("contacted_version", sa.Integer, nullable=False),
    sa.Column("confirmed_version", sa.Integer, nullable=False),
    sa.Column("case_opened_at", UtcDateTime, nullable=True),
    sa.Column("first_contact_at", UtcDateTime, nullable=True),
    sa.Column("confirmed_at", UtcDateTime, nullable=True),
    sa.Column("case_closed_at", UtcDateTime, nullable=True),
    *_asked(AskedBy.REFERRER),
    *_asked(AskedBy.WORKER),
    sa.CheckConstraint("(version = 0) = (received_at IS NULL)", name="received_whole"),
    sa.CheckConstraint("(decided_version = 0) = (pathway IS NULL)", name="decision_whole"),
)

# Each rebuild request; no figures are frozen while one has not ended.
rebuilds = sa.Table(
    "rebuilds",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    # By topic, the number that its owner republished; null until the owner has reported it.
    sa.Column("told", Json, nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=True),
)

models = sa.Table(
    "models",
    metadata,
    sa.Column("model_version", sa.String(64), primary_key=True),
    sa.Column("invented_data", sa.Boolean, nullable=False),
)


# One row for each time at which figures were due: the worker that inserts it freezes them.
snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("due_at", UtcDateTime, primary_key=True),
    sa.Column("frozen_at", UtcDateTime, nullable=False),
)

# What pages, files and the API show: only disclosed figures. A final report is never followed by another.
published_reports = sa.Table(
    "published_reports",
    metadata,
    sa.Column("period", sa.String(7), primary_key=True),
    # Empty is the whole partnership.
    sa.Column("area", sa.String(64), primary_key=True),
    sa.Column("due_at", UtcDateTime, sa.ForeignKey("snapshots.due_at"), primary_key=True),
    sa.Column("final", sa.Boolean, nullable=False),
    sa.Column("content", Json, nullable=False),
)

# Of quarters without a final report, the true counts as last published: for comparison only, never shown.
held_counts = sa.Table(
    "held_counts",
    metadata,
    sa.Column("period", sa.String(7), primary_key=True),
    sa.Column("counts", Json, nullable=False),
)
