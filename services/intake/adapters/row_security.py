"""Row-level security behind the need-to-know rule: on PostgreSQL no row of a referral is read for a stranger to it.

The condition of the query is the condition of each query (`match_scope.py`, `queries.py`). This one holds where a query forgets. It
is written apart, in the database's words. Bases carry no policy: every condition of the condition of the query asks them.
"""

from services.intake.adapters.tables import metadata
from services.platform.db.row_security import AREAS, ORGANISATION, ORGANISATION_CLASS, ROLES, STAFF, RowPolicies

# Referrals are listed, so each row says by itself what it can: a function costs more than ten times as much. Whether
# triage may be told is asked for what lies beside it.
_WRITTEN = f"""(referred_by = {STAFF}
    OR ((by_system OR referred_by IS NULL) AND 'partner_system' = ANY ({ROLES}) AND organisation_id = {ORGANISATION}))"""
_IN_REVIEWER_AREAS = f"""({ORGANISATION_CLASS} <> 'police' AND 'reviewer' = ANY ({ROLES})
    AND area = ANY ({AREAS}) AND referred_by IS DISTINCT FROM {STAFF})"""

# Run as the owner of the tables, whom no policy holds: else each look at a table would ask the policies again. Their
# search path is the one of who makes them, for nobody else's is to be trusted.
_MAY_REVIEW = f"""
CREATE OR REPLACE FUNCTION may_review(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referrals WHERE id = asked AND {_IN_REVIEWER_AREAS}) AND EXISTS (
        SELECT FROM bases WHERE referral_id = asked AND recipient_class = 'triage'
        AND version = (SELECT max(version) FROM referral_versions WHERE referral_id = asked)
    );
END $$
"""
# Consent was withdrawn that alone let reviewers know who it is about: the match stays, its details are hidden.
_HIDDEN = """(
    EXISTS (SELECT FROM referrals WHERE id = asked AND withdrawal_reason = 'consent_withdrawn') AND NOT EXISTS (
        SELECT FROM bases WHERE referral_id = asked AND recipient_class = 'triage'
        AND basis NOT IN ('consent_young_person', 'consent_parent_or_carer')
        AND version = (SELECT max(version) FROM referral_versions WHERE referral_id = asked)
    ))"""
_MAY_KNOW = f"""
CREATE OR REPLACE FUNCTION may_know(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referrals WHERE id = asked AND {_WRITTEN}) OR (may_review(asked) AND NOT {_HIDDEN});
END $$
"""
_OF_REFERRAL = "may_know(referral_id)"
# Who is one person is asked by the service alone, when it hears of a referral.
_DENIED = "false"

POLICIES = RowPolicies(
    functions=[_MAY_REVIEW, _MAY_KNOW],
    policies={
        "referrals": f"{_WRITTEN} OR {_IN_REVIEWER_AREAS}",
        "steps": _OF_REFERRAL,
        "referral_versions": _OF_REFERRAL,
        "identities": _OF_REFERRAL,
        "narratives": _OF_REFERRAL,
        "equality": _OF_REFERRAL,
        "matches": "may_review(earlier_id) AND may_review(later_id)",
        # A policy that looks into another table sees of it what its reader may.
        "match_changes": "EXISTS (SELECT FROM matches WHERE matches.id = match_id)",
        "drafts": f"staff_id = {STAFF}",
        "unsent_texts": f"staff_id = {STAFF}",
        "persons": _DENIED,
        "search_keys": _DENIED,
    },
)
POLICIES.create_with(metadata)
