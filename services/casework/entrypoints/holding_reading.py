"""Reads a person's cases and reviews for the current viewer, with an audit row."""

from uuid import UUID

from services.casework.adapters.holding_queries import Holdings, NoticeRow, holdings_of, notices
from services.casework.entrypoints import case_reading, review_reading
from services.contracts.codes import Role
from services.platform.db.transaction import Transaction
from services.platform.web import current

MANAGERS = (Role.TEAM_MANAGER,)
COLLEAGUES = (Role.TEAM_MANAGER, Role.REVIEWER)


def read_holdings(staff_id: UUID) -> Holdings:
    """Audited by one row that names what was shown. Raises StaffNotFound."""
    with current.transaction() as transaction:
        holdings = holdings_of(
            transaction.connection,
            staff_id,
            as_worker=case_reading.reader(),
            as_reviewer=review_reading.reader(),
            at=transaction.at,
        )
        shown = [row.referral_id for rows in (holdings.cases, holdings.reviews, holdings.hand_overs) for row in rows]
        transaction.audit(
            "holdings.listed",
            subject_type="staff",
            subject_id=staff_id,
            reason="my_team",
            details={
                "cases": [str(row.id) for row in (*holdings.cases, *holdings.hand_overs)],
                "reviews": [str(row.id) for row in holdings.reviews],
                "referrals": [str(referral_id) for referral_id in shown],
            },
        )
    return holdings


def read_notices(transaction: Transaction) -> list[NoticeRow]:
    """Returns this manager's notices, audited by one row that names the cases."""
    rows = notices(transaction.connection, case_reading.reader())
    transaction.audit(
        "case_notices.listed",
        subject_type="list",
        subject_id="case_notices",
        reason="my_team",
        details={
            "cases": [str(row.case_id) for row in rows],
            "referrals": [str(row.referral_id) for row in rows],
        },
    )
    return rows
