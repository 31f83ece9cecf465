"""Use cases: close a case with a reason; the team's manager reopens one that was closed by mistake."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import NewReviewStarted
from services.contracts.codes import CloseReason


@dataclass(frozen=True, kw_only=True)
class CloseCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    reason: CloseReason


@dataclass(frozen=True, kw_only=True)
class ReopenCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    why: str


def close_case(command: CloseCase, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.require_version(command.version)
    case.close(command.reason, Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.closed")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id


def reopen_case(command: ReopenCase, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.MANAGE)
    case.require_version(command.version)
    if uow.cases.has_newer_review(case):
        raise NewReviewStarted
    case.reopen(command.why, Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.reopened")
    return case.id
