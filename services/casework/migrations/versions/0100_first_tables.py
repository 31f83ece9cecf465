"""First tables."""

import sqlalchemy as sa
from alembic import op

from services.platform.db import append_only, shared_tables
from services.platform.db.types import Json, UtcDateTime

revision = "0100"
down_revision = None

_APPEND_ONLY = {
    "referral_versions": (["referral_id", "part", "version", "stated_at", "content"], []),
    "alarm_actions": (["id", "alarm_id", "reasons", "acted_by", "acted_at", "done"], []),
    "case_entries": (
        [
            "id",
            "case_id",
            "version",
            "kind",
            "occurred_at",
            "recorded_at",
            "recorded_by",
            "text",
            "corrects_id",
            "assignee_id",
            "mode",
            "reached",
            "attempt_id",
            "answer",
            "later_on",
            "outcome",
            "close_reason",
            "confirmed_by",
            "why",
            "unassign_reason",
        ],
        [],
    ),
    "own_views": (
        [
            "id",
            "review_id",
            "reviewer_id",
            "referrer_key",
            "referral_version",
            "level",
            "sureness",
            "why",
            "recorded_at",
            "estimate_seen_before",
        ],
        [
            "shown_at",
            "shown_sequence",
            "shown_band",
            "shown_model_version",
            "shown_probability",
            "shown_known_answers",
            "shown_all_answers",
        ],
    ),
    "decisions": (
        [
            "review_id",
            "referrer_key",
            "own_view_id",
            "decided_by",
            "own_view_at",
            "shown_at",
            "decided_at",
            "level",
            "pathway",
            "reasons",
            "difference_reasons",
            "band",
            "agrees",
            "agreement_table",
            "model_version",
            "team_id",
        ],
        [],
    ),
    "proposals": (
        [
            "id",
            "review_id",
            "referrer_key",
            "referral_version",
            "own_view_id",
            "own_view_at",
            "proposed_by",
            "proposed_at",
            "level",
            "pathway",
            "reasons",
            "difference_reasons",
            "agrees",
            "agreement_table",
            "shown_at",
            "shown_sequence",
            "team_id",
        ],
        ["ended_at", "outcome", "ended_by", "ended_reason"],
    ),
    "replacements_shown": (
        [
            "own_view_id",
            "sequence",
            "probability",
            "band",
            "model_version",
            "cause",
            "at",
            "known_answers",
            "all_answers",
        ],
        [],
    ),
}
"""By table, the columns that never change, and those that are filled once."""
_FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION may_know(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF nullif(current_setting('waymark.class', true), '')::text = 'police' THEN
        RETURN false;
    ELSIF 'reviewer' = ANY (nullif(current_setting('waymark.roles', true), '')::text[]) AND (EXISTS (
        SELECT FROM reviews
        JOIN bases ON bases.referral_id = reviews.referral_id AND bases.recipient_class = 'triage'
        AND bases.withdrawn_at IS NULL
        WHERE reviews.referral_id = asked AND reviews.referrer_key <> nullif(current_setting('waymark.staff', true), '')::uuid
        AND reviews.area = ANY (nullif(current_setting('waymark.areas', true), '')::text[])
    ) OR EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = 'triage'
        AND bases.withdrawn_at IS NULL
        JOIN referrals ON referrals.id = cases.referral_id
        WHERE cases.referral_id = asked
        AND referrals.referred_by_staff_id IS DISTINCT FROM nullif(current_setting('waymark.staff', true), '')::uuid
        AND cases.area = ANY (nullif(current_setting('waymark.areas', true), '')::text[])
    ) OR EXISTS (
        SELECT FROM reviews JOIN withdrawals ON withdrawals.referral_id = reviews.referral_id
        WHERE reviews.referral_id = asked AND reviews.referrer_key <> nullif(current_setting('waymark.staff', true), '')::uuid
        AND reviews.area = ANY (nullif(current_setting('waymark.areas', true), '')::text[])
        AND withdrawals.confirmed_by = nullif(current_setting('waymark.staff', true), '')::uuid AND withdrawals.readable_until > nullif(current_setting('waymark.at', true), '')::timestamptz
    )) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = cases.team_class
        WHERE cases.referral_id = asked AND cases.team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
        AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date))
    );
END $$""",
    """CREATE OR REPLACE FUNCTION may_know_of(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN nullif(current_setting('waymark.class', true), '')::text <> 'police' AND EXISTS (
        SELECT FROM referrals
        JOIN referrals AS own ON own.person_id = referrals.person_id
        JOIN cases ON cases.referral_id = own.id
        JOIN bases ON bases.referral_id = referrals.id AND bases.recipient_class = cases.team_class
        WHERE referrals.id = asked AND cases.team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
        AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date))
    );
END $$""",
)
_THE_SERVICE = "nullif(current_setting('waymark.staff', true), '')::uuid IS NULL"
"""Not set: no person reads, the service itself is at work."""
_POLICIES = {
    "referrals": "may_know(id) OR may_know_of(id)",
    "identities": "may_know(referral_id)",
    "narratives": "may_know(referral_id)",
    "referral_versions": "may_know(referral_id)",
    "estimates": "may_know(referral_id)",
    "reviews": """(nullif(current_setting('waymark.class', true), '')::text <> 'police' AND 'reviewer' = ANY (nullif(current_setting('waymark.roles', true), '')::text[])
    AND area = ANY (nullif(current_setting('waymark.areas', true), '')::text[]) AND referrer_key <> nullif(current_setting('waymark.staff', true), '')::uuid
    AND (SELECT true FROM bases WHERE bases.referral_id = reviews.referral_id AND recipient_class = 'triage'
    AND withdrawn_at IS NULL LIMIT 1)) OR may_know(referral_id)""",
    "own_views": "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)",
    "replacements_shown": "EXISTS (SELECT FROM own_views WHERE own_views.id = own_view_id)",
    "decisions": "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)",
    "proposals": "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)",
    "cases": """(nullif(current_setting('waymark.class', true), '')::text <> 'police' AND team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date)) LIMIT 1)) OR (nullif(current_setting('waymark.class', true), '')::text <> 'police' AND team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
    AND (state = 'open' OR state = 'awaiting_confirmation' AND stopped_at IS NULL)
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND withdrawn_at IS NOT NULL LIMIT 1)) OR may_know(referral_id)""",
    "case_entries": """EXISTS (SELECT FROM cases WHERE cases.id = case_id AND ((nullif(current_setting('waymark.class', true), '')::text <> 'police' AND team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date)) LIMIT 1)) OR may_know(referral_id)))""",
    "case_equality": """EXISTS (SELECT FROM cases WHERE cases.id = case_id AND ((nullif(current_setting('waymark.class', true), '')::text <> 'police' AND team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date)) LIMIT 1)) OR may_know(referral_id)))""",
    "consent_notices": "EXISTS (SELECT FROM cases WHERE cases.id = case_id)",
    "case_notices": """EXISTS (SELECT FROM cases WHERE cases.id = case_id AND ((nullif(current_setting('waymark.class', true), '')::text <> 'police' AND team_id = ANY (nullif(current_setting('waymark.teams', true), '')::uuid[])
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND (withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= (nullif(current_setting('waymark.at', true), '')::timestamptz AT TIME ZONE 'Europe/London')::date)) LIMIT 1)) OR may_know(referral_id)))""",
    "review_questions": "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)",
    "matches": "may_know(first_referral_id) AND may_know(second_referral_id)",
    "withdrawals": "may_know(referral_id)",
    "progress": "may_know(referral_id)",
    "follow_ups": "may_know(referral_id)",
    "unsent_texts": "staff_id = nullif(current_setting('waymark.staff', true), '')::uuid",
    "alarms": "may_know(referral_id)",
    "alarm_actions": "EXISTS (SELECT FROM alarms WHERE alarms.id = alarm_id)",
    "persons": "false",
}
"""By table, the condition under which a reader may know of the row."""


def upgrade() -> None:
    shared_tables.create()
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
        sa.CheckConstraint("state IN ('open', 'acted_on')", name=op.f("ck_alarms_known_state")),
        sa.CheckConstraint("raised_at <= due_at", name=op.f("ck_alarms_due_after_raised")),
        sa.CheckConstraint("referral_version > 1", name=op.f("ck_alarms_of_an_amendment")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_alarms_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("referral_id", "referral_version", name=op.f("uq_alarms_referral_id_referral_version")),
    )
    op.create_index(
        "ix_alarms_open",
        "alarms",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "bases",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_class", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("by_reviewer", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("gateway", sa.String(64), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "added_by IS NULL OR basis NOT IN ('consent_young_person', 'consent_parent_or_carer')",
            name=op.f("ck_bases_never_consent"),
        ),
        sa.CheckConstraint("added_by IS NULL OR recipient_class <> 'triage'", name=op.f("ck_bases_never_for_triage")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR basis IN ('consent_young_person', 'consent_parent_or_carer')",
            name=op.f("ck_bases_consent_withdrawn"),
        ),
        sa.CheckConstraint("(added_by IS NULL) = (reason IS NULL)", name=op.f("ck_bases_added_with_reason")),
        sa.PrimaryKeyConstraint("referral_id", "recipient_class", "basis", "by_reviewer", name=op.f("pk_bases")),
    )
    op.create_index(op.f("ix_bases_expires_on"), "bases", ["expires_on"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("team_class", sa.String(64), nullable=False),
        sa.Column("pathway", sa.String(64), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("first_contact_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(64), nullable=True),
        sa.Column("later_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("close_reason", sa.String(64), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(later_on IS NOT NULL) = (answer IS NOT NULL AND answer = 'later')", name=op.f("ck_cases_later_has_date")
        ),
        sa.CheckConstraint(
            "(pathway = 'youth_justice' AND team_class = 'youth_justice') OR (pathway = 'early_intervention' AND team_class = 'support_service') OR (pathway = 'safeguarding' AND team_class = 'childrens_services') OR (pathway = 'adult_services' AND team_class = 'adult_services')",
            name=op.f("ck_cases_team_of_pathway"),
        ),
        sa.CheckConstraint(
            "(pathway IN ('adult_services', 'safeguarding')) = (state IN ('awaiting_confirmation', 'confirmed'))",
            name=op.f("ck_cases_hand_over_is_confirmed"),
        ),
        sa.CheckConstraint("(state = 'closed') = (close_reason IS NOT NULL)", name=op.f("ck_cases_closed_why")),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_cases_closed_when")),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_cases_confirmed_when")),
        sa.CheckConstraint(
            "NOT (pathway IN ('adult_services', 'safeguarding')) OR (assignee_id IS NULL AND first_contact_at IS NULL AND outcome IS NULL)",
            name=op.f("ck_cases_hand_over_is_not_worked"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR close_reason = 'opened_in_error' OR outcome IS NOT NULL",
            name=op.f("ck_cases_closed_with_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'awaiting_confirmation', 'confirmed')", name=op.f("ck_cases_known_state")
        ),
        sa.CheckConstraint(
            "answer IS NULL OR first_contact_at IS NOT NULL", name=op.f("ck_cases_answer_after_contact")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cases_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("review_id", name=op.f("uq_cases_review_id")),
    )
    op.create_index("ix_cases_hand_overs", "cases", ["area", "state", "due_at", "id"], unique=False)
    op.create_index("ix_cases_mine", "cases", ["assignee_id", "state", "due_at", "id"], unique=False)
    op.create_index("ix_cases_queue", "cases", ["team_id", "state", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_cases_referral_id"), "cases", ["referral_id"], unique=False)
    op.create_index(
        "ix_cases_uncontacted",
        "cases",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND first_contact_at IS NULL"),
        sqlite_where=sa.text("state = 'open' AND first_contact_at IS NULL"),
    )
    op.create_table(
        "estimates",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("referral_id", "referral_version", "sequence", name=op.f("pk_estimates")),
    )
    op.create_table(
        "holding_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_holding_checks_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding_checks")),
    )
    op.create_table(
        "identities",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("initials", sa.String(length=16), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("details", Json, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_identities")),
    )
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_referral_id", sa.Uuid(), nullable=False),
        sa.Column("second_referral_id", sa.Uuid(), nullable=False),
        sa.Column("agreeing", Json, nullable=False),
        sa.Column("contradicting", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_first_referral_id"), "matches", ["first_referral_id"], unique=False)
    op.create_index(op.f("ix_matches_second_referral_id"), "matches", ["second_referral_id"], unique=False)
    op.create_table(
        "model_descriptions",
        sa.Column("model_version", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("model_version", name=op.f("pk_model_descriptions")),
    )
    op.create_table(
        "narratives",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_narratives")),
    )
    op.create_table(
        "persons",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_persons")),
    )
    op.create_table(
        "progress",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(64), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("ask_again_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_progress")),
    )
    op.create_table(
        "published_lists",
        sa.Column("after_seconds", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("after_seconds", name=op.f("pk_published_lists")),
    )
    op.create_table(
        "referral_versions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.CheckConstraint(
            "(part = 'facts') = (stated_at IS NOT NULL)", name=op.f("ck_referral_versions_facts_have_a_time")
        ),
        sa.PrimaryKeyConstraint("referral_id", "part", "version", name=op.f("pk_referral_versions")),
        info={"append_only": ()},
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("amended_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("referred_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("referred_by_class", sa.String(64), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("age_basis", sa.String(64), nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("circumstances", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_area"), "referrals", ["area"], unique=False)
    op.create_index(op.f("ix_referrals_person_id"), "referrals", ["person_id"], unique=False)
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
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_key", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("claim_expires_at", UtcDateTime(), nullable=True),
        sa.Column("first_claimed_at", UtcDateTime(), nullable=True),
        sa.Column("question", sa.String(64), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("pause_ends_at", UtcDateTime(), nullable=True),
        sa.Column("paused_seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leaves_at", UtcDateTime(), nullable=True),
        sa.Column("leaves_known_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawal_asked_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'question_asked') = (question IS NOT NULL)", name=op.f("ck_reviews_question_asked")
        ),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name=op.f("ck_reviews_claimed_when")),
        sa.CheckConstraint("(question IS NULL) = (paused_at IS NULL)", name=op.f("ck_reviews_paused_by_question")),
        sa.CheckConstraint("paused_at IS NULL OR NOT danger", name=op.f("ck_reviews_never_paused_in_danger")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_reviews_round_counts")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reviews_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("id", "referrer_key", name=op.f("uq_reviews_id_referrer_key")),
        sa.UniqueConstraint("referral_id", "round", name=op.f("uq_reviews_referral_id_round")),
    )
    op.create_index(
        "ix_reviews_claimed",
        "reviews",
        ["claim_expires_at"],
        unique=False,
        postgresql_where=sa.text("claim_expires_at IS NOT NULL"),
        sqlite_where=sa.text("claim_expires_at IS NOT NULL"),
    )
    op.create_index("ix_reviews_queue", "reviews", ["area", "state", "due_at", "id"], unique=False)
    op.create_index(
        "ix_reviews_unpaused",
        "reviews",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'being_read', 'agreement_needed')"),
        sqlite_where=sa.text("state IN ('waiting', 'being_read', 'agreement_needed')"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_class", sa.String(64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("roles_known", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "staff_presence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("idle", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_presence")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("team_class", sa.String(64), nullable=False),
        sa.Column("organisation_class", sa.String(64), nullable=False),
        sa.Column("areas", Json, nullable=False),
        sa.Column("area_names", Json, nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=False),
        sa.Column("age_to", sa.Integer(), nullable=False),
        sa.Column("on_call_address", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("readable_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_withdrawals")),
    )
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
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_alarm_actions_alarm_id"), "alarm_actions", ["alarm_id"], unique=False)
    op.create_table(
        "case_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(64), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(64), nullable=True),
        sa.Column("later_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("close_reason", sa.String(64), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("unassign_reason", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "(kind = 'assigned') = (assignee_id IS NOT NULL)", name=op.f("ck_case_entries_assigned_whole")
        ),
        sa.CheckConstraint("(kind = 'closed') = (close_reason IS NOT NULL)", name=op.f("ck_case_entries_closed_whole")),
        sa.CheckConstraint(
            "(kind = 'first_contact_made') = (attempt_id IS NOT NULL)",
            name=op.f("ck_case_entries_first_contact_made_whole"),
        ),
        sa.CheckConstraint(
            "(kind = 'hand_over_confirmed') = (confirmed_by IS NOT NULL)",
            name=op.f("ck_case_entries_hand_over_confirmed_whole"),
        ),
        sa.CheckConstraint(
            "(kind = 'note_corrected') = (corrects_id IS NOT NULL)", name=op.f("ck_case_entries_note_corrected_whole")
        ),
        sa.CheckConstraint(
            "(kind = 'outcome_recorded') = (outcome IS NOT NULL)", name=op.f("ck_case_entries_outcome_recorded_whole")
        ),
        sa.CheckConstraint(
            "(kind = 'unassigned') = (unassign_reason IS NOT NULL)", name=op.f("ck_case_entries_unassigned_whole")
        ),
        sa.CheckConstraint(
            "(kind IN ('contact_attempted', 'first_contact_made')) = (mode IS NOT NULL AND reached IS NOT NULL)",
            name=op.f("ck_case_entries_contact_whole"),
        ),
        sa.CheckConstraint(
            "kind <> 'answer_recorded' OR answer IS NOT NULL", name=op.f("ck_case_entries_answer_given")
        ),
        sa.CheckConstraint(
            "kind <> 'first_contact_made' OR reached", name=op.f("ck_case_entries_first_contact_reached")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('note', 'note_corrected', 'reopened') OR text IS NOT NULL",
            name=op.f("ck_case_entries_text_given"),
        ),
        sa.CheckConstraint("occurred_at <= recorded_at", name=op.f("ck_case_entries_not_in_the_future")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "case_id", "reached"],
            ["case_entries.id", "case_entries.case_id", "case_entries.reached"],
            name=op.f("fk_case_entries_attempt_id_case_id_reached_case_entries"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_entries_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["corrects_id", "case_id"],
            ["case_entries.id", "case_entries.case_id"],
            name=op.f("fk_case_entries_corrects_id_case_id_case_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entries")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_case_entries_case_id_version")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_case_entries_corrects_id")),
        sa.UniqueConstraint("id", "case_id", "reached", name=op.f("uq_case_entries_id_case_id_reached")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_case_entries_id_case_id")),
        info={"append_only": ()},
    )
    op.create_index(
        "uq_case_entries_first_contact",
        "case_entries",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'first_contact_made'"),
        sqlite_where=sa.text("kind = 'first_contact_made'"),
    )
    op.create_table(
        "case_equality",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("ethnicity", sa.String(64), nullable=True),
        sa.Column("sex", sa.String(64), nullable=True),
        sa.Column("disability", sa.String(64), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_equality_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_equality")),
    )
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
    op.create_index(
        "uq_case_notices_open",
        "case_notices",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
        sqlite_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "consent_notices",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("initials", sa.String(length=16), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consent_notices_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_consent_notices")),
    )
    op.create_index(op.f("ix_consent_notices_referral_id"), "consent_notices", ["referral_id"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'basis_expired' OR case_id IS NOT NULL", name=op.f("ck_follow_ups_expired_for_a_case")
        ),
        sa.CheckConstraint("kind IN ('amended', 'withdrawn', 'basis_expired')", name=op.f("ck_follow_ups_known_kind")),
        sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_follow_ups_read_by_somebody")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_follow_ups_review_id_reviews")),
        sa.PrimaryKeyConstraint("referral_id", "referral_version", "kind", name=op.f("pk_follow_ups")),
    )
    op.create_index(op.f("ix_follow_ups_case_id"), "follow_ups", ["case_id"], unique=False)
    op.create_index(op.f("ix_follow_ups_review_id"), "follow_ups", ["review_id"], unique=False)
    op.create_table(
        "own_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_key", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("sureness", sa.String(64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("estimate_seen_before", sa.Boolean(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("shown_sequence", sa.Integer(), nullable=True),
        sa.Column("shown_band", sa.String(64), nullable=True),
        sa.Column("shown_model_version", sa.String(length=200), nullable=True),
        sa.Column("shown_probability", sa.Double(), nullable=True),
        sa.Column("shown_known_answers", sa.Integer(), nullable=True),
        sa.Column("shown_all_answers", sa.Integer(), nullable=True),
        sa.CheckConstraint("(shown_at IS NULL) = (shown_sequence IS NULL)", name=op.f("ck_own_views_shown_what")),
        sa.CheckConstraint("reviewer_id <> referrer_key", name=op.f("ck_own_views_not_own_referral")),
        sa.CheckConstraint(
            "shown_at IS NULL OR shown_at >= recorded_at", name=op.f("ck_own_views_view_before_estimate")
        ),
        sa.ForeignKeyConstraint(
            ["review_id", "referrer_key"],
            ["reviews.id", "reviews.referrer_key"],
            name=op.f("fk_own_views_review_id_referrer_key_reviews"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_views")),
        sa.UniqueConstraint(
            "id",
            "review_id",
            "reviewer_id",
            "recorded_at",
            name=op.f("uq_own_views_id_review_id_reviewer_id_recorded_at"),
        ),
        sa.UniqueConstraint(
            "review_id",
            "reviewer_id",
            "referral_version",
            name=op.f("uq_own_views_review_id_reviewer_id_referral_version"),
        ),
        info={
            "append_only": (
                "shown_at",
                "shown_sequence",
                "shown_band",
                "shown_model_version",
                "shown_probability",
                "shown_known_answers",
                "shown_all_answers",
            )
        },
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
    op.create_index(op.f("ix_review_questions_asked_by"), "review_questions", ["asked_by"], unique=False)
    op.create_index(op.f("ix_review_questions_review_id"), "review_questions", ["review_id"], unique=False)
    op.create_table(
        "staff_areas",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
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
        sa.PrimaryKeyConstraint("staff_id", "team_id", name=op.f("pk_staff_teams")),
    )
    op.create_index(op.f("ix_staff_teams_team_id"), "staff_teams", ["team_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_key", sa.Uuid(), nullable=False),
        sa.Column("own_view_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("own_view_at", UtcDateTime(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("pathway", sa.String(64), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("difference_reasons", Json, nullable=False),
        sa.Column("band", sa.String(64), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("agreement_table", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=200), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("level <> 'not_enough_information'", name=op.f("ck_decisions_decided_level")),
        sa.CheckConstraint("(agrees IS NULL) = (band IS NULL)", name=op.f("ck_decisions_agreement_with_band")),
        sa.CheckConstraint("decided_by <> referrer_key", name=op.f("ck_decisions_not_own_referral")),
        sa.CheckConstraint("own_view_at <= decided_at", name=op.f("ck_decisions_view_before_decision")),
        sa.CheckConstraint(
            "shown_at IS NULL OR (own_view_at <= shown_at AND shown_at <= decided_at)",
            name=op.f("ck_decisions_shown_between"),
        ),
        sa.ForeignKeyConstraint(
            ["own_view_id", "review_id", "decided_by", "own_view_at"],
            ["own_views.id", "own_views.review_id", "own_views.reviewer_id", "own_views.recorded_at"],
            name=op.f("fk_decisions_own_view_id_review_id_decided_by_own_view_at_own_views"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id", "referrer_key"],
            ["reviews.id", "reviews.referrer_key"],
            name=op.f("fk_decisions_review_id_referrer_key_reviews"),
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_decisions")),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_decisions_decided_by"), "decisions", ["decided_by"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_key", sa.Uuid(), nullable=False),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        sa.Column("own_view_id", sa.Uuid(), nullable=False),
        sa.Column("own_view_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("pathway", sa.String(64), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("difference_reasons", Json, nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("agreement_table", sa.Integer(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("shown_sequence", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome NOT IN ('agreed', 'refused') OR (ended_by IS NOT NULL AND ended_reason IS NOT NULL AND ended_by <> proposed_by AND ended_by <> referrer_key)",
            name=op.f("ck_proposals_answered_by_another"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_proposals_ended_how")),
        sa.ForeignKeyConstraint(
            ["own_view_id", "review_id", "proposed_by", "own_view_at"],
            ["own_views.id", "own_views.review_id", "own_views.reviewer_id", "own_views.recorded_at"],
            name="fk_proposals_own_view",
        ),
        sa.ForeignKeyConstraint(
            ["review_id", "referrer_key"],
            ["reviews.id", "reviews.referrer_key"],
            name=op.f("fk_proposals_review_id_referrer_key_reviews"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        info={"append_only": ("ended_at", "outcome", "ended_by", "ended_reason")},
    )
    op.create_index(op.f("ix_proposals_review_id"), "proposals", ["review_id"], unique=False)
    op.create_index(
        "uq_proposals_waiting",
        "proposals",
        ["review_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "replacements_shown",
        sa.Column("own_view_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("band", sa.String(64), nullable=True),
        sa.Column("model_version", sa.String(length=200), nullable=True),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("known_answers", sa.Integer(), nullable=True),
        sa.Column("all_answers", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(probability IS NULL) = (band IS NULL)", name=op.f("ck_replacements_shown_estimate_or_none")
        ),
        sa.ForeignKeyConstraint(
            ["own_view_id"], ["own_views.id"], name=op.f("fk_replacements_shown_own_view_id_own_views")
        ),
        sa.PrimaryKeyConstraint("own_view_id", "sequence", name=op.f("pk_replacements_shown")),
        info={"append_only": ()},
    )
    dialect = op.get_context().dialect.name
    for table, (fixed, filled_once) in _APPEND_ONLY.items():
        for statement in append_only.statements(dialect, table, fixed=fixed, filled_once=filled_once):
            op.execute(statement)
    if dialect == "postgresql":
        _create_policies()


def downgrade() -> None:
    op.drop_table("replacements_shown")
    op.drop_index(
        "uq_proposals_waiting",
        table_name="proposals",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_proposals_review_id"), table_name="proposals")
    op.drop_table("proposals")
    op.drop_index(op.f("ix_decisions_decided_by"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_staff_teams_team_id"), table_name="staff_teams")
    op.drop_table("staff_teams")
    op.drop_table("staff_roles")
    op.drop_table("staff_areas")
    op.drop_index(op.f("ix_review_questions_review_id"), table_name="review_questions")
    op.drop_index(op.f("ix_review_questions_asked_by"), table_name="review_questions")
    op.drop_table("review_questions")
    op.drop_table("own_views")
    op.drop_index(op.f("ix_follow_ups_review_id"), table_name="follow_ups")
    op.drop_index(op.f("ix_follow_ups_case_id"), table_name="follow_ups")
    op.drop_table("follow_ups")
    op.drop_index(op.f("ix_consent_notices_referral_id"), table_name="consent_notices")
    op.drop_table("consent_notices")
    op.drop_index(
        "uq_case_notices_open",
        table_name="case_notices",
        postgresql_where=sa.text("resolved_at IS NULL"),
        sqlite_where=sa.text("resolved_at IS NULL"),
    )
    op.drop_index(op.f("ix_case_notices_case_id"), table_name="case_notices")
    op.drop_table("case_notices")
    op.drop_table("case_equality")
    op.drop_index(
        "uq_case_entries_first_contact",
        table_name="case_entries",
        postgresql_where=sa.text("kind = 'first_contact_made'"),
        sqlite_where=sa.text("kind = 'first_contact_made'"),
    )
    op.drop_table("case_entries")
    op.drop_index(op.f("ix_alarm_actions_alarm_id"), table_name="alarm_actions")
    op.drop_table("alarm_actions")
    op.drop_table("withdrawals")
    op.drop_table("teams")
    op.drop_table("staff_presence")
    op.drop_table("staff")
    op.drop_index(
        "ix_reviews_unpaused",
        table_name="reviews",
        postgresql_where=sa.text("state IN ('waiting', 'being_read', 'agreement_needed')"),
        sqlite_where=sa.text("state IN ('waiting', 'being_read', 'agreement_needed')"),
    )
    op.drop_index("ix_reviews_queue", table_name="reviews")
    op.drop_index(
        "ix_reviews_claimed",
        table_name="reviews",
        postgresql_where=sa.text("claim_expires_at IS NOT NULL"),
        sqlite_where=sa.text("claim_expires_at IS NOT NULL"),
    )
    op.drop_table("reviews")
    op.drop_table("republish_jobs")
    op.drop_index(op.f("ix_referrals_person_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_area"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_table("referral_versions")
    op.drop_table("published_lists")
    op.drop_table("progress")
    op.drop_table("persons")
    op.drop_table("narratives")
    op.drop_table("model_descriptions")
    op.drop_index(op.f("ix_matches_second_referral_id"), table_name="matches")
    op.drop_index(op.f("ix_matches_first_referral_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_table("identities")
    op.drop_table("holding_checks")
    op.drop_table("estimates")
    op.drop_index(
        "ix_cases_uncontacted",
        table_name="cases",
        postgresql_where=sa.text("state = 'open' AND first_contact_at IS NULL"),
        sqlite_where=sa.text("state = 'open' AND first_contact_at IS NULL"),
    )
    op.drop_index(op.f("ix_cases_referral_id"), table_name="cases")
    op.drop_index("ix_cases_queue", table_name="cases")
    op.drop_index("ix_cases_mine", table_name="cases")
    op.drop_index("ix_cases_hand_overs", table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_bases_expires_on"), table_name="bases")
    op.drop_table("bases")
    op.drop_index(
        "ix_alarms_open",
        table_name="alarms",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_table("alarms")
    shared_tables.drop()


def _create_policies() -> None:
    for function in _FUNCTIONS:
        op.execute(function)
    for table, condition in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY need_to_know ON {table} USING ({_THE_SERVICE} OR {condition})")
