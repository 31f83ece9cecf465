"""First tables."""

import sqlalchemy as sa
from alembic import op

from services.platform.db import shared_tables
from services.platform.db.types import Json, UtcDateTime

revision = "0100"
down_revision = None

_FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION may_review(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referrals WHERE id = asked AND (nullif(current_setting('waymark.class', true), '')::text <> 'police' AND 'reviewer' = ANY (nullif(current_setting('waymark.roles', true), '')::text[])
    AND area = ANY (nullif(current_setting('waymark.areas', true), '')::text[]) AND referred_by IS DISTINCT FROM nullif(current_setting('waymark.staff', true), '')::uuid)) AND EXISTS (
        SELECT FROM bases WHERE referral_id = asked AND recipient_class = 'triage'
        AND version = (SELECT max(version) FROM referral_versions WHERE referral_id = asked)
    );
END $$""",
    """CREATE OR REPLACE FUNCTION may_know(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referrals WHERE id = asked AND (referred_by = nullif(current_setting('waymark.staff', true), '')::uuid
    OR ((by_system OR referred_by IS NULL) AND 'partner_system' = ANY (nullif(current_setting('waymark.roles', true), '')::text[]) AND organisation_id = nullif(current_setting('waymark.organisation', true), '')::uuid))) OR (may_review(asked) AND NOT (
    EXISTS (SELECT FROM referrals WHERE id = asked AND withdrawal_reason = 'consent_withdrawn') AND NOT EXISTS (
        SELECT FROM bases WHERE referral_id = asked AND recipient_class = 'triage'
        AND basis NOT IN ('consent_young_person', 'consent_parent_or_carer')
        AND version = (SELECT max(version) FROM referral_versions WHERE referral_id = asked)
    )));
END $$""",
)
_THE_SERVICE = "nullif(current_setting('waymark.staff', true), '')::uuid IS NULL"
"""Not set: no person reads, the service itself is at work."""
_POLICIES = {
    "referrals": """(referred_by = nullif(current_setting('waymark.staff', true), '')::uuid
    OR ((by_system OR referred_by IS NULL) AND 'partner_system' = ANY (nullif(current_setting('waymark.roles', true), '')::text[]) AND organisation_id = nullif(current_setting('waymark.organisation', true), '')::uuid)) OR (nullif(current_setting('waymark.class', true), '')::text <> 'police' AND 'reviewer' = ANY (nullif(current_setting('waymark.roles', true), '')::text[])
    AND area = ANY (nullif(current_setting('waymark.areas', true), '')::text[]) AND referred_by IS DISTINCT FROM nullif(current_setting('waymark.staff', true), '')::uuid)""",
    "steps": "may_know(referral_id)",
    "referral_versions": "may_know(referral_id)",
    "identities": "may_know(referral_id)",
    "narratives": "may_know(referral_id)",
    "equality": "may_know(referral_id)",
    "matches": "may_review(earlier_id) AND may_review(later_id)",
    "match_changes": "EXISTS (SELECT FROM matches WHERE matches.id = match_id)",
    "drafts": "staff_id = nullif(current_setting('waymark.staff', true), '')::uuid",
    "unsent_texts": "staff_id = nullif(current_setting('waymark.staff', true), '')::uuid",
    "persons": "false",
    "search_keys": "false",
}
"""By table, the condition under which a reader may know of the row."""


def upgrade() -> None:
    shared_tables.create()
    op.create_table(
        "persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_known_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    op.create_table(
        "republish_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_republish_jobs")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_class", sa.String(64), nullable=False),
        sa.Column("organisation_class", sa.String(64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=True),
        sa.Column("referred_by", sa.Uuid(), nullable=True),
        sa.Column("by_system", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_class", sa.String(64), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawal_reason", sa.String(64), nullable=True),
        sa.Column("withdrawal_version", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("step_version", sa.Integer(), nullable=False),
        sa.Column("step_at", UtcDateTime(), nullable=True),
        sa.Column("question", sa.String(64), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("republish_at", UtcDateTime(), nullable=True),
        sa.Column("matching_step", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) = (organisation_class IS NULL)", name=op.f("ck_referrals_organisation_whole")
        ),
        sa.CheckConstraint("(question IS NULL) = (question_id IS NULL)", name=op.f("ck_referrals_question_whole")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawal_reason IS NULL)", name=op.f("ck_referrals_withdrawn_with_reason")
        ),
        sa.CheckConstraint(
            "referred_by IS NULL OR organisation_id IS NOT NULL", name=op.f("ck_referrals_staff_of_an_organisation")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_referrals_version_from_one")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= received_at", name=op.f("ck_referrals_withdrawn_after_received")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_referrals_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
    )
    op.create_index(op.f("ix_referrals_area"), "referrals", ["area"], unique=False)
    op.create_index(op.f("ix_referrals_matching_step"), "referrals", ["matching_step"], unique=False)
    op.create_index("ix_referrals_mine", "referrals", ["referred_by", "received_at", "id"], unique=False)
    op.create_index("ix_referrals_ours", "referrals", ["organisation_id", "received_at", "id"], unique=False)
    op.create_index(op.f("ix_referrals_person_id"), "referrals", ["person_id"], unique=False)
    op.create_index(
        "ix_referrals_unacknowledged",
        "referrals",
        ["area"],
        unique=False,
        postgresql_where=sa.text("acknowledged_version < version"),
        sqlite_where=sa.text("acknowledged_version < version"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("answers", Json, nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(answers IS NULL) = (referral_id IS NOT NULL)", name=op.f("ck_drafts_sent_or_saved")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_drafts_referral_id_referrals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_drafts_referral_id")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"], unique=False)
    op.create_index(op.f("ix_drafts_staff_id"), "drafts", ["staff_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("later_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreeing", Json, nullable=False),
        sa.Column("contradicting", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'not_same' OR changed_by IS NOT NULL", name=op.f("ck_matches_not_same_has_author")
        ),
        sa.CheckConstraint("earlier_id <> later_id", name=op.f("ck_matches_two_referrals")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_matches_version_from_one")),
        sa.ForeignKeyConstraint(["earlier_id"], ["referrals.id"], name=op.f("fk_matches_earlier_id_referrals")),
        sa.ForeignKeyConstraint(["later_id"], ["referrals.id"], name=op.f("fk_matches_later_id_referrals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("earlier_id", "later_id", name=op.f("uq_matches_earlier_id_later_id")),
    )
    op.create_index(op.f("ix_matches_later_id"), "matches", ["later_id"], unique=False)
    op.create_table(
        "referral_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("age_basis", sa.String(64), nullable=False),
        sa.Column("told_young_person", sa.String(64), nullable=True),
        sa.Column("police_told", sa.String(64), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("discharge_expected_at", UtcDateTime(), nullable=True),
        sa.Column("answers_question", sa.Uuid(), nullable=True),
        sa.Column("codes", Json, nullable=False),
        sa.CheckConstraint(
            "(age IS NULL) = (age_basis = 'not_known')", name=op.f("ck_referral_versions_age_or_not_known")
        ),
        sa.CheckConstraint("age BETWEEN 0 AND 120", name=op.f("ck_referral_versions_age_of_a_person")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_referral_versions_version_from_one")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_versions_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_referral_versions")),
    )
    op.create_table(
        "search_keys",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_search_keys_digest_not_a_value")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_search_keys_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", "digest", name=op.f("pk_search_keys")),
    )
    op.create_index("ix_search_keys_digest", "search_keys", ["digest"], unique=False)
    op.create_table(
        "steps",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_steps_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_steps")),
    )
    op.create_table(
        "bases",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recipient_class", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("gateway", sa.String(64), nullable=True),
        sa.Column("referring_class", sa.String(64), nullable=True),
        sa.Column("given_by", sa.String(length=100), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "basis <> 'consent_parent_or_carer' OR given_by IS NOT NULL",
            name=op.f("ck_bases_parental_consent_names_giver"),
        ),
        sa.CheckConstraint(
            "gateway IS NULL OR gateway <> 'serious_violence_duty' OR (referring_class IS NOT NULL AND referring_class NOT IN ('social_care', 'health', 'voluntary'))",
            name=op.f("ck_bases_duty_needs_listed_referrer"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_bases_referral_id_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", "recipient_class", name=op.f("pk_bases")),
    )
    op.create_table(
        "equality",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_equality_referral_id_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_equality")),
    )
    op.create_table(
        "identities",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("nhs_number", sa.String(length=10), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("postcode", sa.String(length=8), nullable=True),
        sa.Column("more", Json, nullable=False),
        sa.CheckConstraint("length(nhs_number) = 10", name=op.f("ck_identities_nhs_number_of_ten")),
        sa.ForeignKeyConstraint(
            ["referral_id", "version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_identities_referral_id_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_identities")),
    )
    op.create_table(
        "match_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(by IS NULL) = (reason IS NULL)", name=op.f("ck_match_changes_a_person_gives_a_reason")),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_match_changes_match_id_matches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_changes")),
    )
    op.create_index(op.f("ix_match_changes_match_id"), "match_changes", ["match_id"], unique=False)
    op.create_table(
        "narratives",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "version"],
            ["referral_versions.referral_id", "referral_versions.version"],
            name=op.f("fk_narratives_referral_id_version_referral_versions"),
        ),
        sa.PrimaryKeyConstraint("referral_id", "version", name=op.f("pk_narratives")),
    )
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        _create_policies()


def downgrade() -> None:
    op.drop_table("narratives")
    op.drop_index(op.f("ix_match_changes_match_id"), table_name="match_changes")
    op.drop_table("match_changes")
    op.drop_table("identities")
    op.drop_table("equality")
    op.drop_table("bases")
    op.drop_table("steps")
    op.drop_index("ix_search_keys_digest", table_name="search_keys")
    op.drop_table("search_keys")
    op.drop_table("referral_versions")
    op.drop_index(op.f("ix_matches_later_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_drafts_staff_id"), table_name="drafts")
    op.drop_index(op.f("ix_drafts_expires_at"), table_name="drafts")
    op.drop_table("drafts")
    op.drop_index(
        "ix_referrals_unacknowledged",
        table_name="referrals",
        postgresql_where=sa.text("acknowledged_version < version"),
        sqlite_where=sa.text("acknowledged_version < version"),
    )
    op.drop_index(op.f("ix_referrals_person_id"), table_name="referrals")
    op.drop_index("ix_referrals_ours", table_name="referrals")
    op.drop_index("ix_referrals_mine", table_name="referrals")
    op.drop_index(op.f("ix_referrals_matching_step"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_area"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_table("teams")
    op.drop_table("staff")
    op.drop_table("republish_jobs")
    op.drop_table("persons")
    shared_tables.drop()


def _create_policies() -> None:
    for function in _FUNCTIONS:
        op.execute(function)
    for table, condition in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY need_to_know ON {table} USING ({_THE_SERVICE} OR {condition})")
