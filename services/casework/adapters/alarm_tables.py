"""The tables of alarms, one row per referral version that raises one, and of actions."""

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.casework.domain.alarm import AlarmState
from services.platform.db import append_only
from services.platform.db.types import CodeType, Json, UtcDateTime

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("state", CodeType(AlarmState), nullable=False),
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("version >= 1", name="version_counts"),
    sa.CheckConstraint("referral_version > 1", name="of_an_amendment"),
    sa.CheckConstraint("state IN ('open', 'acted_on')", name="known_state"),
    sa.CheckConstraint("raised_at <= due_at", name="due_after_raised"),
    sa.UniqueConstraint("referral_id", "referral_version"),
)

is_open = alarms.c.state == AlarmState.OPEN
sa.Index("ix_alarms_open", alarms.c.due_at, alarms.c.id, postgresql_where=is_open, sqlite_where=is_open)

# One row per action: a later reason reopens the alarm.
alarm_actions = sa.Table(
    "alarm_actions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("alarm_id", sa.Uuid, sa.ForeignKey("alarms.id"), nullable=False, index=True),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("acted_by", sa.Uuid, nullable=False),
    sa.Column("acted_at", UtcDateTime, nullable=False),
    sa.Column("done", sa.Text, nullable=False),
    sa.CheckConstraint("done <> ''", name="says_what_was_done"),
)

append_only.protect(alarm_actions)
