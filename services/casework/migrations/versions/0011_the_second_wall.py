"""The second wall behind the need-to-know rule: row-level security, on PostgreSQL."""

from alembic import op

from services.casework.adapters import row_security

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for statement in row_security.statements():
        op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table in row_security.TABLES:
        op.execute(f"DROP POLICY need_to_know ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION may_know")
