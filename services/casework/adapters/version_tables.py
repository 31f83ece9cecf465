"""Each version of a referral as it was told, so that a later one leaves a trace of what was said before."""

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.contracts.codes import AgeBasis
from services.kernel.db import append_only
from services.kernel.db.types import CodeType, Json, UtcDateTime

referral_versions = sa.Table(
    "referral_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    # When it was received or amended.
    sa.Column("stated_at", UtcDateTime, nullable=False),
    sa.Column("area", sa.String(64), nullable=False),
    sa.Column("age", sa.Integer, nullable=True),
    sa.Column("age_basis", CodeType(AgeBasis), nullable=False),
    sa.Column("interpreter_needed", sa.Boolean, nullable=True),
    sa.Column("facts", Json, nullable=False),
    sa.Column("circumstances", Json, nullable=False),
)

identity_versions = sa.Table(
    "identity_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=True),
    sa.Column("date_of_birth", sa.Date, nullable=True),
    sa.Column("told", Json, nullable=False),
)

narrative_versions = sa.Table(
    "narrative_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("texts", Json, nullable=False),
)

for _table in (referral_versions, identity_versions, narrative_versions):
    append_only.keep(_table)
