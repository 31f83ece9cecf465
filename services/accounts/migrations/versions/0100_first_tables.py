"""First tables."""

import sqlalchemy as sa
from alembic import op

from services.platform.db import shared_tables
from services.platform.db.types import UtcDateTime

revision = "0100"
down_revision = None

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
    shared_tables.create()
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation_class", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name_digest", name=op.f("pk_sign_in_attempts")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_name", sa.String(length=100), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", UtcDateTime(), nullable=True),
        sa.Column("last_signed_in_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_staff_version")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_staff_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_staff_sign_in_name")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("team_class", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=False),
        sa.Column("age_to", sa.Integer(), nullable=False),
        sa.Column("on_call_address", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("age_from >= 0 AND age_to <= 120 AND age_from <= age_to", name=op.f("ck_teams_ages")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_teams_version")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_teams_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("code", name=op.f("uq_teams_code")),
    )
    op.create_table(
        "passwords",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("one_time_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passwords_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "provider_subjects",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_provider_subjects_staff_id_staff")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_subjects")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_provider_subjects_staff_id")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sessions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_sessions_secret_digest")),
    )
    op.create_index(op.f("ix_sessions_began_at"), "sessions", ["began_at"], unique=False)
    op.create_index(op.f("ix_sessions_staff_id"), "sessions", ["staff_id"], unique=False)
    op.create_table(
        "staff_areas",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_staff_areas_area_areas")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_areas_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "area", name=op.f("pk_staff_areas")),
    )
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_roles_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_roles")),
    )
    op.create_table(
        "staff_teams",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_teams_staff_id_staff")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_staff_teams_team_id_teams")),
        sa.PrimaryKeyConstraint("staff_id", "team_id", name=op.f("pk_staff_teams")),
    )
    op.create_table(
        "team_areas",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_team_areas_area_areas")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_areas_team_id_teams")),
        sa.PrimaryKeyConstraint("team_id", "area", name=op.f("pk_team_areas")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_tokens_expires")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_tokens_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_tokens_secret_digest")),
    )
    op.create_index(op.f("ix_tokens_staff_id"), "tokens", ["staff_id"], unique=False)
    dialect = op.get_context().dialect.name
    for statement in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_tokens_staff_id"), table_name="tokens")
    op.drop_table("tokens")
    op.drop_table("team_areas")
    op.drop_table("staff_teams")
    op.drop_table("staff_roles")
    op.drop_table("staff_areas")
    op.drop_index(op.f("ix_sessions_staff_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_began_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("provider_subjects")
    op.drop_table("passwords")
    op.drop_table("teams")
    op.drop_table("staff")
    op.drop_table("sign_in_attempts")
    op.drop_table("organisations")
    op.drop_table("areas")
    shared_tables.drop()
