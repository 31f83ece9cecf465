"""Intake's tables. Identities are stored apart from referrals; invariants are constraints."""

import sqlalchemy as sa

from services.contracts.codes import (
    AgeBasis,
    DisclosureGateway,
    LawfulBasis,
    OrganisationClass,
    PoliceTold,
    ProgressStep,
    Question,
    RecipientClass,
    Source,
    Told,
    WithdrawalReason,
)
from services.intake.domain.known import Identifier
from services.intake.domain.match import MatchState
from services.platform.db.republish_jobs import republish_jobs_table
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import CodeType, Json, UtcDateTime

metadata = new_metadata()
platform = platform_tables(metadata)

persons = sa.Table(
    "persons",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("first_known_at", UtcDateTime, nullable=False),
)

referrals = sa.Table(
    "referrals",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("reference", sa.String(10), nullable=False, unique=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("persons.id"), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("source", CodeType(Source), nullable=False),
    sa.Column("area", sa.String(64), nullable=False, index=True),
    sa.Column("site", sa.String(64), nullable=True),
    # The account that sent it, of a person or of a partner's system. Null where no account did, and where an earlier
    # release wrote down a system's organisation only.
    sa.Column("referred_by", sa.Uuid, nullable=True),
    sa.Column("by_system", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("organisation_id", sa.Uuid, nullable=True),
    sa.Column("organisation_class", CodeType(OrganisationClass), nullable=True),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, nullable=True),
    sa.Column("withdrawal_reason", CodeType(WithdrawalReason), nullable=True),
    sa.Column("withdrawal_version", sa.Integer, nullable=True),
    sa.Column("step", CodeType(ProgressStep), nullable=False),
    sa.Column("step_version", sa.Integer, nullable=False),
    sa.Column("step_at", UtcDateTime, nullable=True),
    sa.Column("question", CodeType(Question), nullable=True),
    sa.Column("question_id", sa.Uuid, nullable=True),
    # The newest version that casework acknowledged; when the newest one was written; when to republish it.
    sa.Column("acknowledged_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("changed_at", UtcDateTime, nullable=True),
    sa.Column("republish_at", UtcDateTime, nullable=True),
    # Progress under the present rules of matching (MatchingStep).
    sa.Column("matching_step", sa.Integer, nullable=False, server_default="0", index=True),
    sa.CheckConstraint("version >= 1", name="version_from_one"),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawal_reason IS NULL)", name="withdrawn_with_reason"),
    sa.CheckConstraint("(organisation_id IS NULL) = (organisation_class IS NULL)", name="organisation_whole"),
    sa.CheckConstraint("referred_by IS NULL OR organisation_id IS NOT NULL", name="staff_of_an_organisation"),
    sa.CheckConstraint("(question IS NULL) = (question_id IS NULL)", name="question_whole"),
    sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= received_at", name="withdrawn_after_received"),
)
sa.Index("ix_referrals_mine", referrals.c.referred_by, referrals.c.received_at, referrals.c.id)
sa.Index("ix_referrals_ours", referrals.c.organisation_id, referrals.c.received_at, referrals.c.id)
_unacknowledged = sa.text("acknowledged_version < version")
sa.Index(
    "ix_referrals_unacknowledged", referrals.c.area, postgresql_where=_unacknowledged, sqlite_where=_unacknowledged
)


# The steps that the referrer may see, in turn.
steps = sa.Table(
    "steps",
    metadata,
    sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("step", CodeType(ProgressStep), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


def _of_version() -> list[sa.schema.SchemaItem]:
    """The columns by which a row belongs to one version of one referral, and to nothing else."""
    return [
        sa.Column("referral_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.ForeignKeyConstraint(
            ["referral_id", "version"], ["referral_versions.referral_id", "referral_versions.version"]
        ),
    ]


# Codes only: what everybody with a basis may know. Never changed; a later version is another row.
referral_versions = sa.Table(
    "referral_versions",
    metadata,
    sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("recorded_by", sa.Uuid, nullable=True),
    sa.Column("age", sa.Integer, nullable=True),
    sa.Column("age_basis", CodeType(AgeBasis), nullable=False),
    sa.Column("told_young_person", CodeType(Told), nullable=True),
    sa.Column("police_told", CodeType(PoliceTold), nullable=True),
    sa.Column("arrived_at", UtcDateTime, nullable=True),
    sa.Column("discharge_expected_at", UtcDateTime, nullable=True),
    sa.Column("answers_question", sa.Uuid, nullable=True),
    sa.Column("codes", Json, nullable=False),
    sa.CheckConstraint("version >= 1", name="version_from_one"),
    sa.CheckConstraint("age BETWEEN 0 AND 120", name="age_of_a_person"),
    sa.CheckConstraint("(age IS NULL) = (age_basis = 'not_known')", name="age_or_not_known"),
)

_OUTSIDE_THE_DUTY = "'social_care', 'health', 'voluntary'"
bases = sa.Table(
    "bases",
    metadata,
    *_of_version(),
    sa.Column("recipient_class", CodeType(RecipientClass), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("basis", CodeType(LawfulBasis), nullable=False),
    sa.Column("gateway", CodeType(DisclosureGateway), nullable=True),
    sa.Column("referring_class", CodeType(OrganisationClass), nullable=True),
    sa.Column("given_by", sa.String(100), nullable=True),
    sa.Column("expires_on", sa.Date, nullable=True),
    sa.CheckConstraint(
        "basis <> 'consent_parent_or_carer' OR given_by IS NOT NULL", name="parental_consent_names_giver"
    ),
    # Police, Crime, Sentencing and Courts Act 2022 s.16(2) and (4).
    sa.CheckConstraint(
        "gateway IS NULL OR gateway <> 'serious_violence_duty'"
        f" OR (referring_class IS NOT NULL AND referring_class NOT IN ({_OUTSIDE_THE_DUTY}))",
        name="duty_needs_listed_referrer",
    ),
)

identities = sa.Table(
    "identities",
    metadata,
    *_of_version(),
    sa.Column("name", sa.String(100), nullable=True),
    sa.Column("date_of_birth", sa.Date, nullable=True),
    sa.Column("nhs_number", sa.String(10), nullable=True),
    sa.Column("phone", sa.String(20), nullable=True),
    sa.Column("address", sa.Text, nullable=True),
    sa.Column("postcode", sa.String(8), nullable=True),
    sa.Column("more", Json, nullable=False),
    sa.CheckConstraint("length(nhs_number) = 10", name="nhs_number_of_ten"),
)

narratives = sa.Table("narratives", metadata, *_of_version(), sa.Column("texts", Json, nullable=False))

equality = sa.Table("equality", metadata, *_of_version(), sa.Column("answers", Json, nullable=False))

# Keyed digests of the identifiers of each referral as it now is: the only index of identities. A whole one is looked
# for; a part of a name only confirms what was found.
search_keys = sa.Table(
    "search_keys",
    metadata,
    sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id"), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("identifier", CodeType(Identifier), nullable=False),
    sa.Column("is_whole", sa.Boolean, nullable=False),
    sa.CheckConstraint("length(digest) = 64", name="digest_not_a_value"),
)
sa.Index("ix_search_keys_digest", search_keys.c.digest)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("earlier_id", sa.Uuid, sa.ForeignKey("referrals.id"), nullable=False),
    sa.Column("later_id", sa.Uuid, sa.ForeignKey("referrals.id"), nullable=False, index=True),
    sa.Column("state", CodeType(MatchState), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("agreeing", Json, nullable=False),
    sa.Column("contradicting", Json, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", sa.Uuid, nullable=True),
    sa.UniqueConstraint("earlier_id", "later_id"),
    sa.CheckConstraint("earlier_id <> later_id", name="two_referrals"),
    sa.CheckConstraint("version >= 1", name="version_from_one"),
    sa.CheckConstraint("state <> 'not_same' OR changed_by IS NOT NULL", name="not_same_has_author"),
)

match_changes = sa.Table(
    "match_changes",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("match_id", sa.Uuid, sa.ForeignKey("matches.id"), nullable=False, index=True),
    sa.Column("state", CodeType(MatchState), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.Uuid, nullable=True),
    sa.Column("reason", sa.Text, nullable=True),
    sa.CheckConstraint("(by IS NULL) = (reason IS NULL)", name="a_person_gives_a_reason"),
)

# What was typed and not sent yet. Only who typed it reads it; it goes when it is sent or too old.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("staff_id", sa.Uuid, nullable=False, index=True),
    # Raised by each save: a form shown before another tab's save does not overwrite it.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("answers", Json, nullable=True),
    # Null for what an earlier release stored.
    sa.Column("started_at", UtcDateTime, nullable=True),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id"), nullable=True, unique=True),
    sa.CheckConstraint("(answers IS NULL) = (referral_id IS NOT NULL)", name="sent_or_saved"),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("team_class", CodeType(RecipientClass), nullable=False),
    sa.Column("organisation_class", CodeType(OrganisationClass), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("display_name", sa.String(200), nullable=False),
)

republish_jobs = republish_jobs_table(metadata)
