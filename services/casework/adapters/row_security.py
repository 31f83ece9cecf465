"""Row-level security behind the need-to-know rule: on PostgreSQL no row of a referral is read for a stranger to it.

The condition of the query is the condition of each query (`case_scope.py`, `review_scope.py`), which also says how much of a
referral its reader may know. This one knows only whether they may know of it at all, and holds where a query forgets.
It is written apart, in the database's words. Bases carry no policy: every condition of either wall asks them.
"""

from services.casework.adapters.tables import metadata
from services.platform.db.row_security import AREAS, AT, ORGANISATION_CLASS, ROLES, STAFF, TEAMS, RowPolicies

_HOLDS = f"(withdrawn_at IS NULL AND (expires_on IS NULL OR expires_on >= ({AT} AT TIME ZONE 'Europe/London')::date))"

# Run as the owner of the tables, whom no policy holds: else each look at a table would ask the policies again. Its
# search path is the one of who makes it, for nobody else's is to be trusted.
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

# Of a referral a team may hear that has a case of the same young person, as far as the referral's own bases let its class
# know: the reference, the date and the source. The query that tells of it reads no other table of that referral.
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

# Reviews and cases are listed, so each row says by itself what it can: the function costs more than ten times as much.
# A limit keeps the look into the bases one by their key; without it, it may become a reading of all of them.
_OF_THEIR_AREAS = f"""({ORGANISATION_CLASS} <> 'police' AND 'reviewer' = ANY ({ROLES})
    AND area = ANY ({AREAS}) AND referrer_key <> {STAFF}
    AND (SELECT true FROM bases WHERE bases.referral_id = reviews.referral_id AND recipient_class = 'triage'
    AND withdrawn_at IS NULL LIMIT 1))"""
_OF_THEIR_TEAMS = f"""({ORGANISATION_CLASS} <> 'police' AND team_id = ANY ({TEAMS})
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND {_HOLDS} LIMIT 1))"""
# A team whose consent was withdrawn knows that there is a case, and its notice: nothing that lies beside the case.
_OF_NOTICE = f"""({ORGANISATION_CLASS} <> 'police' AND team_id = ANY ({TEAMS})
    AND (state = 'open' OR state = 'awaiting_confirmation' AND stopped_at IS NULL)
    AND (SELECT true FROM bases WHERE bases.referral_id = cases.referral_id AND recipient_class = team_class
    AND withdrawn_at IS NOT NULL LIMIT 1))"""
_OF_CASE = f"EXISTS (SELECT FROM cases WHERE cases.id = case_id AND ({_OF_THEIR_TEAMS} OR may_know(referral_id)))"
_OF_REVIEW = "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)"

POLICIES = RowPolicies(
    functions=[_MAY_KNOW, _MAY_KNOW_OF],
    # A policy that looks into another table sees of it what its reader may.
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
