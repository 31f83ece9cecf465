"""Row-level security behind the need-to-know rule: PostgreSQL hides a referral's rows from viewers without access.

Each query has its own condition (`case_scope.py`, `review_scope.py`), which also decides how much of a referral the viewer
may read. These policies decide only whether they may read any of it, and protect against a query without the condition.
They are written separately, in SQL. Bases have no policy, because both layers query them.
"""

from services.casework.adapters.tables import metadata
from services.platform.db.row_security import AREAS, AT, ORGANISATION_CLASS, ROLES, STAFF, TEAMS, RowPolicies

_HOLDS = f"(withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= ({AT} AT TIME ZONE 'Europe/London')::date))"

# Runs as the owner of the tables, whom no policy restricts; otherwise each query in it would evaluate the policies again.
# Its search path is that of its creator, because the caller's is not trusted.
_MAY_KNOW = f"""
CREATE OR REPLACE FUNCTION may_know(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF {ORGANISATION_CLASS} = 'police' THEN
        RETURN false;
    ELSIF 'reviewer' = ANY ({ROLES}) AND (EXISTS (
        SELECT FROM reviews
        JOIN bases ON bases.referral_id = reviews.referral_id AND bases.recipient_class = 'triage'
        AND bases.withdrawn_at IS NULL
        WHERE reviews.referral_id = asked AND reviews.referrer_key <> {STAFF}
        AND reviews.area = ANY ({AREAS})
    ) OR EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = 'triage'
        AND bases.withdrawn_at IS NULL
        JOIN referrals ON referrals.id = cases.referral_id
        WHERE cases.referral_id = asked
        AND referrals.referred_by_staff_id IS DISTINCT FROM {STAFF}
        AND cases.area = ANY ({AREAS})
    ) OR EXISTS (
        SELECT FROM reviews JOIN withdrawals ON withdrawals.referral_id = reviews.referral_id
        WHERE reviews.referral_id = asked AND reviews.referrer_key <> {STAFF}
        AND reviews.area = ANY ({AREAS})
        AND withdrawals.confirmed_by = {STAFF} AND withdrawals.readable_until > {AT}
    )) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = cases.team_class
        WHERE cases.referral_id = asked AND cases.team_id = ANY ({TEAMS})
        AND {_HOLDS}
    );
END $$
"""

# A team with a case may see the young person's other referrals that a basis for its class covers: reference, date and
# source. The query that shows them reads no other table of that referral.
_MAY_KNOW_OF = f"""
CREATE OR REPLACE FUNCTION may_know_of(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN {ORGANISATION_CLASS} <> 'police' AND EXISTS (
        SELECT FROM referrals
        JOIN referrals AS own ON own.person_id = referrals.person_id
        JOIN cases ON cases.referral_id = own.id
        JOIN bases ON bases.referral_id = referrals.id AND bases.recipient_class = cases.team_class
        WHERE referrals.id = asked AND cases.team_id = ANY ({TEAMS})
        AND {_HOLDS}
    );
END $$
"""

# Lists of reviews and cases check columns of the row first: the function costs more than ten times as much.
# LIMIT 1 makes the planner look up bases by key instead of scanning all of them.
_OF_THEIR_AREAS = f"""({ORGANISATION_CLASS} <> 'police' AND 'reviewer' = ANY ({ROLES})
    AND area = ANY ({AREAS}) AND referrer_key <> {STAFF}
    AND (SELECT true FROM bases WHERE bases.referral_id = reviews.referral_id AND recipient_class = 'triage'
    AND withdrawn_at IS NULL LIMIT 1))"""
_OF_THEIR_TEAMS = f"""({ORGANISATION_CLASS} <> 'police' AND team_id = ANY ({TEAMS})
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND {_HOLDS} LIMIT 1))"""
# After consent was withdrawn, a team sees the case's row and its notice, and no related rows.
_OF_NOTICE = f"""({ORGANISATION_CLASS} <> 'police' AND team_id = ANY ({TEAMS})
    AND (state = 'open' OR state = 'awaiting_confirmation' AND stopped_at IS NULL)
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND withdrawn_at IS NOT NULL LIMIT 1))"""
_OF_CASE = f"EXISTS (SELECT FROM cases WHERE cases.id = case_id AND ({_OF_THEIR_TEAMS} OR may_know(referral_id)))"
_OF_REVIEW = "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)"

POLICIES = RowPolicies(
    functions=[_MAY_KNOW, _MAY_KNOW_OF],
    # A policy that queries another table sees only the rows that its viewer may read.
    policies={
        "referrals": "may_know(id) OR may_know_of(id)",
        "identities": "may_know(referral_id)",
        "narratives": "may_know(referral_id)",
        "referral_versions": "may_know(referral_id)",
        "estimates": "may_know(referral_id)",
        "reviews": f"{_OF_THEIR_AREAS} OR may_know(referral_id)",
        "own_views": _OF_REVIEW,
        "replacements_shown": "EXISTS (SELECT FROM own_views WHERE own_views.id = own_view_id)",
        "decisions": _OF_REVIEW,
        "proposals": _OF_REVIEW,
        "cases": f"{_OF_THEIR_TEAMS} OR {_OF_NOTICE} OR may_know(referral_id)",
        "case_entries": _OF_CASE,
        "case_equality": _OF_CASE,
        "consent_notices": "EXISTS (SELECT FROM cases WHERE cases.id = case_id)",
        "case_notices": _OF_CASE,
        "review_questions": _OF_REVIEW,
        "matches": "may_know(first_referral_id) AND may_know(second_referral_id)",
        "withdrawals": "may_know(referral_id)",
        "progress": "may_know(referral_id)",
        "follow_ups": "may_know(referral_id)",
        "unsent_texts": f"staff_id = {STAFF}",
        "alarms": "may_know(referral_id)",
        "alarm_actions": "EXISTS (SELECT FROM alarms WHERE alarms.id = alarm_id)",
        # Only the service itself asks who is one person.
        "persons": "false",
    },
)
POLICIES.create_with(metadata)
