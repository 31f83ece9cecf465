"""Tables of projections: staff, teams and current referrals. Reviews and cases have their own modules."""

import sqlalchemy as sa

from services.contracts.codes import (
    AgeBasis,
    DisclosureGateway,
    LawfulBasis,
    OrganisationClass,
    RecipientClass,
    Role,
    Source,
)
from services.platform.db.published_events import published_lists_table
from services.platform.db.republish_jobs import republish_jobs_table
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import CodeType, Json, UtcDateTime

metadata = new_metadata()
platform = platform_tables(metadata)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("display_name", sa.String(200), nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("organisation_class", CodeType(OrganisationClass), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("roles_known", sa.Boolean, nullable=False, server_default=sa.false()),
)

# False until accounts has published the person's roles: until then missing roles mean nothing.
staff_roles = sa.Table(
    "staff_roles",
    metadata,
    sa.Column("staff_id", sa.Uuid, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("role", CodeType(Role), primary_key=True),
)

staff_areas = sa.Table(
    "staff_areas",
    metadata,
    sa.Column("staff_id", sa.Uuid, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("area", sa.String(64), primary_key=True),
)

# The last known sign-in. It may arrive before the person.
staff_presence = sa.Table(
    "staff_presence",
    metadata,
    sa.Column("staff_id", sa.Uuid, primary_key=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("idle", sa.Boolean, nullable=False),
)

staff_teams = sa.Table(
    "staff_teams",
    metadata,
    sa.Column("staff_id", sa.Uuid, sa.ForeignKey("staff.id"), primary_key=True),
    sa.Column("team_id", sa.Uuid, primary_key=True, index=True),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("team_code", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("team_class", CodeType(RecipientClass), nullable=False),
    sa.Column("organisation_class", CodeType(OrganisationClass), nullable=False),
    sa.Column("areas", Json, nullable=False),
    sa.Column("area_names", Json, nullable=True),
    sa.Column("age_from", sa.Integer, nullable=False),
    sa.Column("age_to", sa.Integer, nullable=False),
    sa.Column("on_call_address", sa.String(200), nullable=True),
    sa.Column("active", sa.Boolean, nullable=False),
)

referrals = sa.Table(
    "referrals",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.String(32), nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False, index=True),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("amended_at", UtcDateTime, nullable=True),
    sa.Column("source", CodeType(Source), nullable=False),
    sa.Column("area", sa.String(64), nullable=False, index=True),
    sa.Column("referred_by_staff_id", sa.Uuid, nullable=True),
    sa.Column("referred_by_class", CodeType(OrganisationClass), nullable=True),
    sa.Column("age", sa.Integer, nullable=True),
    sa.Column("age_basis", CodeType(AgeBasis), nullable=False),
    sa.Column("interpreter_needed", sa.Boolean, nullable=True),
    sa.Column("facts", Json, nullable=False),
    sa.Column("circumstances", Json, nullable=False),
)

# The person of each referral, by the latest of the referral and its matches, in any order of arrival.
persons = sa.Table(
    "persons",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

# Lawful bases: those of the newest version of the referral, and those that reviewers added with a reason.
bases = sa.Table(
    "bases",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("recipient_class", CodeType(RecipientClass), primary_key=True),
    sa.Column("basis", CodeType(LawfulBasis), primary_key=True),
    # A reviewer's basis is stored besides the referrer's of the same kind, because each may end separately.
    sa.Column("by_reviewer", sa.Boolean, primary_key=True, server_default=sa.false()),
    sa.Column("gateway", CodeType(DisclosureGateway), nullable=True),
    sa.Column("expires_on", sa.Date, nullable=True, index=True),
    sa.Column("added_by", sa.Uuid, nullable=True),
    sa.Column("reason", sa.Text, nullable=True),
    # When consent was withdrawn. The row stays and covers nobody.
    sa.Column("withdrawn_at", UtcDateTime, nullable=True),
    sa.CheckConstraint("(added_by IS NULL) = (reason IS NULL)", name="added_with_reason"),
    # A reviewer cannot give consent.
    sa.CheckConstraint(
        "added_by IS NULL OR basis NOT IN ('consent_young_person', 'consent_parent_or_carer')", name="never_consent"
    ),
    sa.CheckConstraint("added_by IS NULL OR recipient_class <> 'triage'", name="never_for_triage"),
    sa.CheckConstraint(
        "withdrawn_at IS NULL OR basis IN ('consent_young_person', 'consent_parent_or_carer')", name="consent_withdrawn"
    ),
)

# Each arrives on its own topic, before or after the referral.
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=True),
    sa.Column("initials", sa.String(16), nullable=False),
    sa.Column("date_of_birth", sa.Date, nullable=True),
    sa.Column("details", Json, nullable=False),
)

narratives = sa.Table(
    "narratives",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("texts", Json, nullable=False),
)

republish_jobs = republish_jobs_table(metadata)
published_lists = published_lists_table(metadata)
