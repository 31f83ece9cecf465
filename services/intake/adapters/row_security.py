"""Row-level security behind the need-to-know rule: PostgreSQL returns no row of a referral to other accounts.

Queries have the first check (`match_scope.py`, `queries.py`); these policies hold if a query lacks it, so they are written
separately in SQL. `bases` has no policy, because every other policy reads it.
"""

from services.intake.adapters.tables import metadata
from services.platform.db.row_security import AREAS, ORGANISATION, ORGANISATION_CLASS, ROLES, STAFF, RowPolicies

# Lists read many referrals, so their policy uses columns alone: a function costs more than ten times as much. Whether a
# referral is shared with triage is checked on its other tables.
_WRITTEN = f"""(referred_by = {STAFF}
    OR ((by_system OR referred_by IS NULL) AND 'partner_system' = ANY ({ROLES}) AND organisation_id = {ORGANISATION}))"""
_IN_REVIEWER_AREAS = f"""({ORGANISATION_CLASS} <> 'police' AND 'reviewer' = ANY ({ROLES})
    AND area = ANY ({AREAS}) AND referred_by IS DISTINCT FROM {STAFF})"""

# These functions run as the tables' owner, to whom no policy applies, so that policies are not evaluated recursively. Their
# search path is their creator's, because a caller's cannot be trusted.
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
# Person matching is done by the service alone.
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
