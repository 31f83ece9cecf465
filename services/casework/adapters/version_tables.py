"""Each version of a referral as published, so that earlier statements stay readable after an amendment."""

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.casework.domain.referral_changes import Part
from services.platform.db import append_only
from services.platform.db.types import CodeType, Json, UtcDateTime

# Facts, identity and narrative arrive on separate topics, in any order. One table lets a poll of all three write
# their versions with one statement.
referral_versions = sa.Table(
    "referral_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("part", CodeType(Part), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    # For facts, when they were received or amended.
    sa.Column("stated_at", UtcDateTime, nullable=True),
    sa.Column("content", Json, nullable=False),
    sa.CheckConstraint("(part = 'facts') = (stated_at IS NOT NULL)", name="facts_have_a_time"),
)
append_only.protect(referral_versions)
