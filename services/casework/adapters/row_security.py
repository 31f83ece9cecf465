"""The second wall behind the need-to-know rule: on PostgreSQL no row of a referral is read for a stranger to it.

The first wall is the condition of each query (`case_scope.py`, `review_scope.py`), which also says how much of a
referral its reader may know. This one knows only whether they may know of it at all, and holds where a query forgets.
It is written apart, in the database's words, and bound to who reads by `kernel/db/reader.py`.
"""

from typing import Any

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.kernel.db.tables import CHECKED_BY_OTHERS

# Run as the owner of the tables, whom no policy holds: else each look at a table would ask the policies again. Its
# search path is the one of who makes it, for nobody else's is to be trusted.
_MAY_KNOW = """
CREATE OR REPLACE FUNCTION may_know(asked uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF coalesce(current_setting('waymark.staff', true), '') = '' THEN
        RETURN true;
    ELSIF current_setting('waymark.class') = 'police' THEN
        RETURN false;
    ELSIF 'reviewer' = ANY (current_setting('waymark.roles')::text[]) AND (EXISTS (
        SELECT FROM reviews
        JOIN bases ON bases.referral_id = reviews.referral_id AND bases.recipient_class = 'triage'
        WHERE reviews.referral_id = asked AND reviews.referrer_key <> current_setting('waymark.staff')::uuid
        AND reviews.area = ANY (current_setting('waymark.areas')::text[])
    ) OR EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = 'triage'
        JOIN referrals ON referrals.id = cases.referral_id
        WHERE cases.referral_id = asked
        AND referrals.referred_by_staff_id IS DISTINCT FROM current_setting('waymark.staff')::uuid
        AND cases.area = ANY (current_setting('waymark.areas')::text[])
    )) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        SELECT FROM cases
        JOIN bases ON bases.referral_id = cases.referral_id AND bases.recipient_class = cases.team_class
        WHERE cases.referral_id = asked AND cases.team_id = ANY (current_setting('waymark.teams')::uuid[])
        AND (bases.expires_on IS NULL OR bases.expires_on
             >= (current_setting('waymark.at')::timestamptz AT TIME ZONE 'Europe/London')::date)
    );
END $$
"""
_OF_CASE = "EXISTS (SELECT FROM cases WHERE cases.id = case_id)"
_OF_REVIEW = "EXISTS (SELECT FROM reviews WHERE reviews.id = review_id)"

# A policy that looks into another table sees of it what its reader may.
_POLICIES = {
    "referrals": "may_know(id)",
    "identities": "may_know(referral_id)",
    "narratives": "may_know(referral_id)",
    "estimates": "may_know(referral_id)",
    "reviews": "may_know(referral_id)",
    "own_views": _OF_REVIEW,
    "decisions": _OF_REVIEW,
    "cases": "may_know(referral_id)",
    "case_entries": _OF_CASE,
    "case_equality": _OF_CASE,
    "matches": "may_know(first_referral_id) AND may_know(second_referral_id)",
}
TABLES = tuple(_POLICIES)
for _name in TABLES:
    metadata.tables[_name].info[CHECKED_BY_OTHERS] = True


def statements() -> list[str]:
    """What puts the wall up, for whoever makes the tables and for the revision."""
    found = [_MAY_KNOW]
    for table, condition in _POLICIES.items():
        found.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        found.append(f"CREATE POLICY need_to_know ON {table} USING ({condition})")
    return found


@sa.event.listens_for(metadata, "after_create")
def _protect(_target: sa.MetaData, connection: sa.Connection, *, tables: list[sa.Table], **_: Any) -> None:
    if connection.dialect.name == "postgresql" and tables:
        for statement in statements():
            connection.exec_driver_sql(statement)
