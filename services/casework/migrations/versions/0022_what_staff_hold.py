"""What staff hold: their roles, areas and presence; who asked each question; notices of cases that lost their worker."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import UtcDateTime

revision = "0022"
down_revision = "0021"

_ENTRY = (
    "id, case_id, version, kind, occurred_at, recorded_at, recorded_by, text, corrects_id, assignee_id, mode, reached,"
    " attempt_id, answer, later_on, outcome, close_reason, confirmed_by, why"
)


def upgrade() -> None:
    op.add_column("staff", sa.Column("roles_known", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, column, type_ in (("staff_roles", "role", sa.String(64)), ("staff_areas", "area", sa.String(64))):
        op.create_table(
            table,
            sa.Column("staff_id", sa.Uuid(), nullable=False),
            sa.Column(column, type_, nullable=False),
            sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id_staff")),
            sa.PrimaryKeyConstraint("staff_id", column, name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "staff_presence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("idle", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_presence")),
    )
    op.create_table(
        "holding_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_holding_checks_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding_checks")),
    )
    op.create_table(
        "review_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_questions_review_id_reviews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_questions")),
    )
    op.create_index(op.f("ix_review_questions_review_id"), "review_questions", ["review_id"], unique=False)
    op.create_index(op.f("ix_review_questions_asked_by"), "review_questions", ["asked_by"], unique=False)
    _case_notices()
    op.execute(
        "ALTER TABLE case_entries ADD COLUMN unassign_reason VARCHAR(64)"
        " CONSTRAINT ck_case_entries_unassigned_whole"
        " CHECK ((kind = 'unassigned') = (unassign_reason IS NOT NULL))"
    )
    _protect(f"{_ENTRY}, unassign_reason")


def downgrade() -> None:
    _protect(_ENTRY)
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER case_entries_stays")
        with op.batch_alter_table("case_entries") as batch_op:
            batch_op.drop_constraint("ck_case_entries_unassigned_whole", type_="check")
            batch_op.drop_column("unassign_reason")
    else:
        op.drop_column("case_entries", "unassign_reason")
    for table in ("case_notices", "review_questions", "holding_checks", "staff_presence", "staff_areas", "staff_roles"):
        op.drop_table(table)
    op.drop_column("staff", "roles_known")


def _case_notices() -> None:
    op.create_table(
        "case_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "resolved_by IS NULL OR resolved_at IS NOT NULL", name=op.f("ck_case_notices_resolved_when")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_notices_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notices")),
    )
    op.create_index(op.f("ix_case_notices_case_id"), "case_notices", ["case_id"], unique=False)
    unresolved = sa.text("resolved_at IS NULL")
    op.create_index(
        "uq_case_notices_open",
        "case_notices",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=unresolved,
        sqlite_where=unresolved,
    )


def _protect(columns: str) -> None:
    """The trigger that refuses changes of an entry names every column of it."""
    made = f"CREATE TRIGGER case_entries_stands BEFORE UPDATE OF {columns} ON case_entries"
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER case_entries_stands")
        op.execute(f"{made} BEGIN SELECT RAISE(ABORT, 'case_entries is append-only'); END")
    else:
        op.execute("DROP TRIGGER case_entries_stands ON case_entries")
        op.execute(f"{made} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
