"""Alarms, and reviews in rounds: a referral is one review no more.

A contract of the rule that a referral has one review: the release before still writes one, which is the first round.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from services.kernel.db import append_only
from services.kernel.db.types import Json, UtcDateTime

revision = "0021"
down_revision = "0020"

_ONE_REVIEW = {"uq_reviews_referral_id": "UNIQUE (referral_id)"}
_ROUNDS = {
    "uq_reviews_referral_id_round": "UNIQUE (referral_id, round)",
    "ck_reviews_round_counts": "CHECK (round >= 1)",
}
_ACTION = ("id", "alarm_id", "reasons", "acted_by", "acted_at", "done")


def upgrade() -> None:
    op.add_column(
        "reviews",
        sa.Column("round", sa.Integer(), nullable=False, server_default="1"),
    )
    _exchange(_ONE_REVIEW, _ROUNDS)
    _make_tables()


def downgrade() -> None:
    """A referral that was reviewed again has lost nothing but its being one: that cannot be taken back."""
    for table in ("alarm_actions", "alarms"):
        op.drop_table(table)
    _exchange(_ROUNDS, _ONE_REVIEW)
    op.drop_column("reviews", "round")


def _exchange(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """SQLite drops no constraint of a table that is there: its rows wait in a copy while it is made anew."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for name in old:
            op.execute(f"ALTER TABLE reviews DROP CONSTRAINT {name}")
        for name, rule in new.items():
            op.execute(f"ALTER TABLE reviews ADD CONSTRAINT {name} {rule}")
        return
    said = "SELECT sql FROM sqlite_master WHERE tbl_name = 'reviews' AND sql IS NOT NULL ORDER BY type = 'index'"
    made = [str(sql).replace(_named(old), _named(new)) for sql in connection.exec_driver_sql(said).scalars()]
    # What refers to reviews refers to them again once they are back.
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE reviews_kept AS SELECT * FROM reviews")
    op.execute("DROP TABLE reviews")
    for sql in made:
        connection.exec_driver_sql(sql)
    op.execute("INSERT INTO reviews SELECT * FROM reviews_kept")
    op.execute("DROP TABLE reviews_kept")


def _named(rules: Mapping[str, str]) -> str:
    return ", ".join(f"CONSTRAINT {name} {rule}" for name, rule in rules.items())


def _make_tables() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_alarms_version_counts")),
        sa.CheckConstraint("referral_version > 1", name=op.f("ck_alarms_of_an_amendment")),
        sa.CheckConstraint("state IN ('open', 'acted_on')", name=op.f("ck_alarms_known_state")),
        sa.CheckConstraint("raised_at <= due_at", name=op.f("ck_alarms_due_after_raised")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("referral_id", "referral_version", name=op.f("uq_alarms_referral_id_referral_version")),
    )
    still_open = sa.text("state = 'open'")
    op.create_index("ix_alarms_open", "alarms", ["due_at", "id"], postgresql_where=still_open, sqlite_where=still_open)
    op.create_table(
        "alarm_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("acted_by", sa.Uuid(), nullable=False),
        sa.Column("acted_at", UtcDateTime(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.CheckConstraint("done <> ''", name=op.f("ck_alarm_actions_says_what_was_done")),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_alarm_actions_alarm_id_alarms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_actions")),
    )
    op.create_index(op.f("ix_alarm_actions_alarm_id"), "alarm_actions", ["alarm_id"], unique=False)
    for statement in append_only.statements(op.get_bind().dialect.name, "alarm_actions", fixed=_ACTION):
        op.execute(statement)
