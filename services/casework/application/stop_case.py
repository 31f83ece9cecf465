"""Use cases: what a team may still do in a case after consent was withdrawn."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act, Case
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import CaseNotFound


@dataclass(frozen=True, kw_only=True)
class StopCase:
    """Record that support has stopped."""

    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int


@dataclass(frozen=True, kw_only=True)
class CloseStoppedCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int


def stop_case(command: StopCase, uow: CaseUnitOfWork) -> UUID:
    """Raises CaseNotFound, StaleCase, SupportAlreadyStopped."""
    case = _noticed(command, uow)
    case.stop(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.support_stopped")
    return case.id


def close_stopped_case(command: CloseStoppedCase, uow: CaseUnitOfWork) -> UUID:
    """Raises CaseNotFound, StaleCase, SupportNotStopped."""
    case = _noticed(command, uow)
    case.close_without_consent(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.closed")
    return case.id


def _noticed(command: StopCase | CloseStoppedCase, uow: CaseUnitOfWork) -> Case:
    """Returns the case for its worker, its manager or, if unassigned, any member of the team."""
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.NOTICE)
    if not command.reader.manager and case.assignee_id not in (None, command.reader.staff_id):
        raise CaseNotFound
    case.require_version(command.version)
    return case
