"""Who asks, as the need-to-know rule of cases knows them, and the roles that may ask at all."""

from collections.abc import Sequence

from services.casework.adapters.case_queries import CaseList, CaseRow
from services.casework.domain.case_reader import CaseReader, case_reader
from services.contracts.codes import Role
from services.kernel.db.transaction import Transaction
from services.kernel.web import current

WORKERS = (Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER)
HANDING_OVER = (*WORKERS, Role.REVIEWER)


def reader() -> CaseReader:
    identity = current.identity()
    return case_reader(
        staff_id=identity.staff_id,
        roles=identity.roles,
        organisation_class=identity.organisation_class,
        teams=identity.teams,
        areas=identity.areas,
    )


def audit_list(transaction: Transaction, wanted: CaseList, rows: Sequence[CaseRow]) -> None:
    """One audit row for a list, naming the cases shown."""
    transaction.audit(
        "cases.listed",
        subject_type="list",
        subject_id=wanted.tab.value,
        reason="my_queue",
        details={"cases": [str(row.id) for row in rows]},
    )
