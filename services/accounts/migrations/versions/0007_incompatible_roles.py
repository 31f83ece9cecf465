"""Triggers refuse every pair of incompatible roles, in place of the mark `apart` for two of them.

A contract: no release was made whose code writes the mark. Accounts that hold a pair from before stay as they are, and
can use neither role.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SQLITE = (
    """CREATE TRIGGER staff_roles_compatible_insert BEFORE INSERT ON staff_roles WHEN EXISTS (SELECT 1 FROM staff_roles held WHERE held.staff_id = NEW.staff_id AND ((NEW.role = 'reviewer' AND held.role = 'data_scientist') OR (NEW.role = 'board_member' AND held.role = 'data_scientist') OR (NEW.role = 'administrator' AND held.role = 'data_protection_officer') OR (NEW.role = 'data_scientist' AND held.role = 'reviewer') OR (NEW.role = 'data_scientist' AND held.role = 'board_member') OR (NEW.role = 'data_protection_officer' AND held.role = 'administrator')))
    OR EXISTS (SELECT 1 FROM staff JOIN organisations ON organisations.id = staff.organisation_id
        WHERE staff.id = NEW.staff_id AND ((NEW.role = 'reviewer' AND organisation_class = 'police') OR (NEW.role = 'data_scientist' AND organisation_class = 'police'))) BEGIN SELECT RAISE(ABORT, 'incompatible roles'); END""",
    """CREATE TRIGGER staff_roles_compatible_update BEFORE UPDATE OF staff_id, role ON staff_roles WHEN EXISTS (SELECT 1 FROM staff_roles held WHERE held.staff_id = NEW.staff_id AND ((NEW.role = 'reviewer' AND held.role = 'data_scientist') OR (NEW.role = 'board_member' AND held.role = 'data_scientist') OR (NEW.role = 'administrator' AND held.role = 'data_protection_officer') OR (NEW.role = 'data_scientist' AND held.role = 'reviewer') OR (NEW.role = 'data_scientist' AND held.role = 'board_member') OR (NEW.role = 'data_protection_officer' AND held.role = 'administrator')))
    OR EXISTS (SELECT 1 FROM staff JOIN organisations ON organisations.id = staff.organisation_id
        WHERE staff.id = NEW.staff_id AND ((NEW.role = 'reviewer' AND organisation_class = 'police') OR (NEW.role = 'data_scientist' AND organisation_class = 'police'))) BEGIN SELECT RAISE(ABORT, 'incompatible roles'); END""",
    """CREATE TRIGGER staff_compatible_update BEFORE UPDATE OF organisation_id ON staff WHEN EXISTS (SELECT 1 FROM staff_roles held JOIN organisations ON organisations.id = NEW.organisation_id
        WHERE held.staff_id = NEW.id AND ((held.role = 'reviewer' AND organisation_class = 'police') OR (held.role = 'data_scientist' AND organisation_class = 'police'))) BEGIN SELECT RAISE(ABORT, 'incompatible roles'); END""",
    """CREATE TRIGGER organisations_compatible_update BEFORE UPDATE OF organisation_class ON organisations WHEN EXISTS (SELECT 1 FROM staff_roles held JOIN staff ON staff.id = held.staff_id
        WHERE staff.organisation_id = NEW.id AND ((held.role = 'reviewer' AND NEW.organisation_class = 'police') OR (held.role = 'data_scientist' AND NEW.organisation_class = 'police'))) BEGIN SELECT RAISE(ABORT, 'incompatible roles'); END""",
)  # fmt: skip
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION staff_roles_compatible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM staff WHERE id = NEW.staff_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM staff_roles held WHERE held.staff_id = NEW.staff_id AND ((NEW.role = 'reviewer' AND held.role = 'data_scientist') OR (NEW.role = 'board_member' AND held.role = 'data_scientist') OR (NEW.role = 'administrator' AND held.role = 'data_protection_officer') OR (NEW.role = 'data_scientist' AND held.role = 'reviewer') OR (NEW.role = 'data_scientist' AND held.role = 'board_member') OR (NEW.role = 'data_protection_officer' AND held.role = 'administrator')))
    OR EXISTS (SELECT 1 FROM staff JOIN organisations ON organisations.id = staff.organisation_id
        WHERE staff.id = NEW.staff_id AND ((NEW.role = 'reviewer' AND organisation_class = 'police') OR (NEW.role = 'data_scientist' AND organisation_class = 'police'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'incompatible roles';
    END IF;
    RETURN NEW;
END $$""",
    """CREATE TRIGGER staff_roles_compatible BEFORE INSERT OR UPDATE OF staff_id, role ON staff_roles FOR EACH ROW EXECUTE FUNCTION staff_roles_compatible()""",
    """CREATE OR REPLACE FUNCTION staff_compatible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM staff_roles held JOIN organisations ON organisations.id = NEW.organisation_id
        WHERE held.staff_id = NEW.id AND ((held.role = 'reviewer' AND organisation_class = 'police') OR (held.role = 'data_scientist' AND organisation_class = 'police'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'incompatible roles';
    END IF;
    RETURN NEW;
END $$""",
    """CREATE TRIGGER staff_compatible BEFORE UPDATE OF organisation_id ON staff FOR EACH ROW EXECUTE FUNCTION staff_compatible()""",
    """CREATE OR REPLACE FUNCTION organisations_compatible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM staff_roles held JOIN staff ON staff.id = held.staff_id
        WHERE staff.organisation_id = NEW.id AND ((held.role = 'reviewer' AND NEW.organisation_class = 'police') OR (held.role = 'data_scientist' AND NEW.organisation_class = 'police'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'incompatible roles';
    END IF;
    RETURN NEW;
END $$""",
    """CREATE TRIGGER organisations_compatible BEFORE UPDATE OF organisation_class ON organisations FOR EACH ROW EXECUTE FUNCTION organisations_compatible()""",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("staff_roles") as batch_op:
        batch_op.drop_constraint(op.f("uq_staff_roles_staff_id_apart"), type_="unique")
        batch_op.drop_constraint(op.f("ck_staff_roles_reviewer_apart_from_data_scientist"), type_="check")
        batch_op.drop_column("apart")
    for statement in _SQLITE if op.get_context().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name in ("staff_roles_compatible_insert", "staff_roles_compatible_update", "staff_compatible_update"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TRIGGER organisations_compatible_update")
    else:
        for table in ("staff_roles", "staff", "organisations"):
            op.execute(f"DROP TRIGGER {table}_compatible ON {table}")
            op.execute(f"DROP FUNCTION {table}_compatible")
    op.add_column("staff_roles", sa.Column("apart", sa.String(length=16), nullable=True))
    op.execute("UPDATE staff_roles SET apart = 'estimates' WHERE role IN ('reviewer', 'data_scientist')")
    with op.batch_alter_table("staff_roles") as batch_op:
        batch_op.create_unique_constraint(op.f("uq_staff_roles_staff_id_apart"), ["staff_id", "apart"])
        batch_op.create_check_constraint(
            op.f("ck_staff_roles_reviewer_apart_from_data_scientist"),
            "CASE WHEN role IN ('reviewer', 'data_scientist') THEN COALESCE(apart, '') = 'estimates'"
            " ELSE apart IS NULL END",
        )
