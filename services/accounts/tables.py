"""The tables of accounts: organisations, areas, teams, staff with their rights, and their credentials."""

import sqlalchemy as sa

from services.accounts.role_triggers import refuse_incompatible
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import CodeType, UtcDateTime

metadata = new_metadata()
platform = platform_tables(metadata)

areas = sa.Table(
    "areas",
    metadata,
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
)

organisations = sa.Table(
    "organisations",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("organisation_class", CodeType(OrganisationClass), nullable=False),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("team_class", CodeType(RecipientClass), nullable=False),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("age_from", sa.Integer, nullable=False),
    sa.Column("age_to", sa.Integer, nullable=False),
    sa.Column("on_call_address", sa.String(200), nullable=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=True),
    sa.CheckConstraint("age_from >= 0 AND age_to <= 120 AND age_from <= age_to", name="ages"),
    sa.CheckConstraint("version >= 1", name="version"),
)

team_areas = sa.Table(
    "team_areas",
    metadata,
    sa.Column("team_id", sa.ForeignKey("teams.id"), primary_key=True),
    sa.Column("area", sa.ForeignKey("areas.code"), primary_key=True),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("sign_in_name", sa.String(100), nullable=False, unique=True),
    sa.Column("display_name", sa.String(100), nullable=False),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # The newest published sign-in: at most a day older than the newest one.
    sa.Column("signed_in_at", UtcDateTime, nullable=True),
    # The newest sign-in at a browser.
    sa.Column("last_signed_in_at", UtcDateTime, nullable=True),
    sa.CheckConstraint("version >= 1", name="version"),
)

staff_roles = sa.Table(
    "staff_roles",
    metadata,
    sa.Column("staff_id", sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("role", CodeType(Role), primary_key=True),
)
refuse_incompatible(last=staff_roles)

staff_teams = sa.Table(
    "staff_teams",
    metadata,
    sa.Column("staff_id", sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("team_id", sa.ForeignKey("teams.id"), primary_key=True),
)

staff_areas = sa.Table(
    "staff_areas",
    metadata,
    sa.Column("staff_id", sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("area", sa.ForeignKey("areas.code"), primary_key=True),
)

provider_subjects = sa.Table(
    "provider_subjects",
    metadata,
    sa.Column("issuer", sa.String(200), primary_key=True),
    # OpenID Connect Core 1.0, 2: at most 255 ASCII characters.
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("staff_id", sa.ForeignKey("staff.id"), nullable=False, unique=True),
)

passwords = sa.Table(
    "passwords",
    metadata,
    sa.Column("staff_id", sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("hash", sa.String(200), nullable=False),
    # For a one-time password: until then it can be exchanged for one of the person's own; it gives no other access.
    sa.Column("one_time_until", UtcDateTime, nullable=True),
)

sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    # A keyed digest: what was typed may be a password in the wrong field.
    sa.Column("name_digest", sa.String(64), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("locked_until", UtcDateTime, nullable=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("secret_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("staff_id", sa.ForeignKey("staff.id"), nullable=False, index=True),
    sa.Column("began_at", UtcDateTime, nullable=False, index=True),
    sa.Column("last_used_at", UtcDateTime, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("secret_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("staff_id", sa.ForeignKey("staff.id"), nullable=False, index=True),
    sa.Column("issued_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime, nullable=True),
    # In the format of `scopes.written`.
    sa.Column("scopes", sa.String(500), nullable=False),
    sa.CheckConstraint("expires_at > issued_at", name="expires"),
)
