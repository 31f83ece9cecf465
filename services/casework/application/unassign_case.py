"""Use case: a worker or the manager returns a case to the team's queue, with a reason."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import UnassignReason


@dataclass(frozen=True, kw_only=True)
class UnassignCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    reason: str


def unassign_case(command: UnassignCase, uow: CaseUnitOfWork) -> UUID:
    """Raises CaseNotFound, StaleCase, CaseNotAssigned. The manager is notified of a case that a worker returns."""
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.require_version(command.version)
    by = command.reader.staff_id
    case.unassign(UnassignReason.RETURNED, Act(entry_id=command.entry_id, by=by, at=uow.at), text=command.reason)
    save_case(case, uow, "case.unassigned")
    uow.holdings.resolve(case.id, by=by)
    if not command.reader.manager:
        uow.holdings.notify(case.id, NoticeKind.RETURNED, about=by)
    return case.id
