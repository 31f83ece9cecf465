"""The tables of reviews. A decision needs a person who is not the referrer and whose own view came first."""

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.casework.domain.change import ChangeKind
from services.casework.domain.decision import ProposalOutcome
from services.casework.domain.review import ReviewState
from services.contracts.codes import Band, EstimateCause, Pathway, Question, SupportLevel, Sureness, WithdrawalReason
from services.platform.db import append_only
from services.platform.db.types import CodeType, Json, UtcDateTime

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("round", sa.Integer, nullable=False, server_default="1"),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    # Never null, so that constraints can compare it: the nil id means no member of staff.
    sa.Column("referrer_key", sa.Uuid, nullable=False),
    sa.Column("area", sa.String(64), nullable=False),
    sa.Column("state", CodeType(ReviewState), nullable=False),
    sa.Column("danger", sa.Boolean, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("claimed_by", sa.Uuid, nullable=True),
    sa.Column("claimed_at", UtcDateTime, nullable=True),
    # After this time the claim has expired, whatever the other columns contain.
    sa.Column("claim_expires_at", UtcDateTime, nullable=True),
    sa.Column("first_claimed_at", UtcDateTime, nullable=True),
    sa.Column("question", CodeType(Question), nullable=True),
    sa.Column("question_id", sa.Uuid, nullable=True),
    sa.Column("paused_at", UtcDateTime, nullable=True),
    # After this time the due time runs again, answered or not.
    sa.Column("pause_ends_at", UtcDateTime, nullable=True),
    sa.Column("paused_seconds", sa.Integer, nullable=False, server_default="0"),
    sa.Column("leaves_at", UtcDateTime, nullable=True),
    sa.Column("leaves_known_at", UtcDateTime, nullable=True),
    sa.Column("withdrawal_asked_at", UtcDateTime, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("version >= 1", name="version_counts"),
    sa.CheckConstraint("round >= 1", name="round_counts"),
    sa.CheckConstraint("(state = 'question_asked') = (question IS NOT NULL)", name="question_asked"),
    sa.CheckConstraint("(question IS NULL) = (paused_at IS NULL)", name="paused_by_question"),
    sa.CheckConstraint("paused_at IS NULL OR NOT danger", name="never_paused_in_danger"),
    sa.CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claimed_when"),
    sa.UniqueConstraint("referral_id", "round"),
    sa.UniqueConstraint("id", "referrer_key"),
    sa.Index("ix_reviews_queue", "area", "state", "due_at", "id"),
)

unpaused = reviews.c.state.in_([ReviewState.WAITING, ReviewState.BEING_READ, ReviewState.AGREEMENT_NEEDED])
"""Undecided and not paused by a question."""
claimed = reviews.c.claim_expires_at.is_not(None)
sa.Index("ix_reviews_claimed", reviews.c.claim_expires_at, postgresql_where=claimed, sqlite_where=claimed)
sa.Index("ix_reviews_unpaused", reviews.c.due_at, postgresql_where=unpaused, sqlite_where=unpaused)

own_views = sa.Table(
    "own_views",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("review_id", sa.Uuid, nullable=False),
    sa.Column("reviewer_id", sa.Uuid, nullable=False),
    sa.Column("referrer_key", sa.Uuid, nullable=False),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("level", CodeType(SupportLevel), nullable=False),
    sa.Column("sureness", CodeType(Sureness), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("estimate_seen_before", sa.Boolean, nullable=False),
    sa.Column("shown_at", UtcDateTime, nullable=True),
    sa.Column("shown_sequence", sa.Integer, nullable=True),
    sa.Column("shown_band", CodeType(Band), nullable=True),
    sa.Column("shown_model_version", sa.String(200), nullable=True),
    sa.Column("shown_probability", sa.Double, nullable=True),
    sa.Column("shown_known_answers", sa.Integer, nullable=True),
    sa.Column("shown_all_answers", sa.Integer, nullable=True),
    sa.ForeignKeyConstraint(["review_id", "referrer_key"], ["reviews.id", "reviews.referrer_key"]),
    sa.CheckConstraint("reviewer_id <> referrer_key", name="not_own_referral"),
    sa.CheckConstraint("shown_at IS NULL OR shown_at >= recorded_at", name="view_before_estimate"),
    sa.CheckConstraint("(shown_at IS NULL) = (shown_sequence IS NULL)", name="shown_what"),
    sa.UniqueConstraint("review_id", "reviewer_id", "referral_version"),
    sa.UniqueConstraint("id", "review_id", "reviewer_id", "recorded_at"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("review_id", sa.Uuid, primary_key=True),
    sa.Column("referrer_key", sa.Uuid, nullable=False),
    sa.Column("own_view_id", sa.Uuid, nullable=False),
    sa.Column("decided_by", sa.Uuid, nullable=False, index=True),
    sa.Column("own_view_at", UtcDateTime, nullable=False),
    sa.Column("shown_at", UtcDateTime, nullable=True),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("level", CodeType(SupportLevel), nullable=False),
    sa.Column("pathway", CodeType(Pathway), nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("difference_reasons", Json, nullable=False),
    sa.Column("band", CodeType(Band), nullable=True),
    sa.Column("agrees", sa.Boolean, nullable=True),
    sa.Column("agreement_table", sa.Integer, nullable=False),
    sa.Column("model_version", sa.String(200), nullable=True),
    sa.Column("team_id", sa.Uuid, nullable=True),
    sa.ForeignKeyConstraint(["review_id", "referrer_key"], ["reviews.id", "reviews.referrer_key"]),
    sa.ForeignKeyConstraint(
        ["own_view_id", "review_id", "decided_by", "own_view_at"],
        ["own_views.id", "own_views.review_id", "own_views.reviewer_id", "own_views.recorded_at"],
    ),
    sa.CheckConstraint("decided_by <> referrer_key", name="not_own_referral"),
    sa.CheckConstraint("own_view_at <= decided_at", name="view_before_decision"),
    sa.CheckConstraint(
        "shown_at IS NULL OR (own_view_at <= shown_at AND shown_at <= decided_at)", name="shown_between"
    ),
    sa.CheckConstraint("level <> 'not_enough_information'", name="decided_level"),
    sa.CheckConstraint("(agrees IS NULL) = (band IS NULL)", name="agreement_with_band"),
)

# Decisions proposed to a second reviewer. The outcome is set once.
proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("review_id", sa.Uuid, nullable=False, index=True),
    sa.Column("referrer_key", sa.Uuid, nullable=False),
    sa.Column("referral_version", sa.Integer, nullable=False),
    sa.Column("own_view_id", sa.Uuid, nullable=False),
    sa.Column("own_view_at", UtcDateTime, nullable=False),
    sa.Column("proposed_by", sa.Uuid, nullable=False),
    sa.Column("proposed_at", UtcDateTime, nullable=False),
    sa.Column("level", CodeType(SupportLevel), nullable=False),
    sa.Column("pathway", CodeType(Pathway), nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("difference_reasons", Json, nullable=False),
    sa.Column("agrees", sa.Boolean, nullable=True),
    sa.Column("agreement_table", sa.Integer, nullable=False),
    sa.Column("shown_at", UtcDateTime, nullable=True),
    sa.Column("shown_sequence", sa.Integer, nullable=True),
    sa.Column("team_id", sa.Uuid, nullable=True),
    sa.Column("ended_at", UtcDateTime, nullable=True),
    sa.Column("outcome", CodeType(ProposalOutcome), nullable=True),
    sa.Column("ended_by", sa.Uuid, nullable=True),
    sa.Column("ended_reason", sa.Text, nullable=True),
    sa.ForeignKeyConstraint(["review_id", "referrer_key"], ["reviews.id", "reviews.referrer_key"]),
    sa.ForeignKeyConstraint(
        ["own_view_id", "review_id", "proposed_by", "own_view_at"],
        ["own_views.id", "own_views.review_id", "own_views.reviewer_id", "own_views.recorded_at"],
        name="fk_proposals_own_view",
    ),
    sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_how"),
    sa.CheckConstraint(
        "outcome NOT IN ('agreed', 'refused') OR (ended_by IS NOT NULL AND ended_reason IS NOT NULL"
        " AND ended_by <> proposed_by AND ended_by <> referrer_key)",
        name="answered_by_another",
    ),
)
waiting = proposals.c.ended_at.is_(None)
sa.Index("uq_proposals_waiting", proposals.c.review_id, unique=True, postgresql_where=waiting, sqlite_where=waiting)

# Who asked each question; null after they left. Any reviewer of the area may act on it.
review_questions = sa.Table(
    "review_questions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("review_id", sa.Uuid, sa.ForeignKey("reviews.id"), nullable=False, index=True),
    sa.Column("asked_by", sa.Uuid, nullable=True, index=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
)

# When cases were last checked for idle or inactive workers: one row.
holding_checks = sa.Table(
    "holding_checks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("checked_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

append_only.protect(decisions)
append_only.protect(proposals, filled_once=("ended_at", "outcome", "ended_by", "ended_reason"))
append_only.protect(
    own_views,
    filled_once=(
        "shown_at",
        "shown_sequence",
        "shown_band",
        "shown_model_version",
        "shown_probability",
        "shown_known_answers",
        "shown_all_answers",
    ),
)

# Estimates shown to a reviewer after the first one. A null band means that there was no estimate any more.
replacements_shown = sa.Table(
    "replacements_shown",
    metadata,
    sa.Column("own_view_id", sa.Uuid, sa.ForeignKey("own_views.id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("probability", sa.Double, nullable=True),
    sa.Column("band", CodeType(Band), nullable=True),
    sa.Column("model_version", sa.String(200), nullable=True),
    sa.Column("cause", CodeType(EstimateCause), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("known_answers", sa.Integer, nullable=True),
    sa.Column("all_answers", sa.Integer, nullable=True),
    sa.CheckConstraint("(probability IS NULL) = (band IS NULL)", name="estimate_or_none"),
)
append_only.protect(replacements_shown)

# Estimates and refusals to estimate, as received. Before a decision only one query reads them (estimates.py).
estimates = sa.Table(
    "estimates",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("referral_version", sa.Integer, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("content", Json, nullable=False),
    sa.Column("arrived_at", UtcDateTime, nullable=False),
)

model_descriptions = sa.Table(
    "model_descriptions",
    metadata,
    sa.Column("model_version", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", Json, nullable=False),
)

# Referrals that may be about the same person, visible to viewers who may read both.
matches = sa.Table(
    "matches",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("first_referral_id", sa.Uuid, nullable=False, index=True),
    sa.Column("second_referral_id", sa.Uuid, nullable=False, index=True),
    sa.Column("agreeing", Json, nullable=False),
    sa.Column("contradicting", Json, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

# Requested by the referrer; may arrive before the referral itself.
withdrawals = sa.Table(
    "withdrawals",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reason", CodeType(WithdrawalReason), nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, nullable=False),
    # After a reviewer confirmed it: who, and until when they may read what triage may no longer read.
    sa.Column("confirmed_at", UtcDateTime, nullable=True),
    sa.Column("confirmed_by", sa.Uuid, nullable=True),
    sa.Column("readable_until", UtcDateTime, nullable=True),
)

# Changes after the decision, for the case's worker or, if none may read them, for the decider.
follow_ups = sa.Table(
    "follow_ups",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("referral_version", sa.Integer, primary_key=True),
    sa.Column("kind", CodeType(ChangeKind), primary_key=True),
    sa.Column("case_id", sa.Uuid, nullable=True, index=True),
    sa.Column("review_id", sa.Uuid, sa.ForeignKey("reviews.id"), nullable=False, index=True),
    sa.Column("arrived_at", UtcDateTime, nullable=False),
    sa.Column("read_at", UtcDateTime, nullable=True),
    sa.Column("read_by", sa.Uuid, nullable=True),
    sa.CheckConstraint("kind IN ('amended', 'withdrawn', 'basis_expired')", name="known_kind"),
    sa.CheckConstraint("kind <> 'basis_expired' OR case_id IS NOT NULL", name="expired_for_a_case"),
    sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name="read_by_somebody"),
)

# The last published step; its version increases with each.
progress = sa.Table(
    "progress",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("step", sa.String(32), nullable=False),
    sa.Column("question", CodeType(Question), nullable=True),
    sa.Column("question_id", sa.Uuid, nullable=True),
    sa.Column("at", UtcDateTime, nullable=True),
    # When to request missing data again.
    sa.Column("ask_again_at", UtcDateTime, nullable=True),
)
