"""Use cases: a worker takes an unassigned case, a chosen one or the next due."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader


@dataclass(frozen=True, kw_only=True)
class TakeCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int | None = None
    """The version that the worker read; None from a list, where it must only be unassigned."""


@dataclass(frozen=True, kw_only=True)
class TakeNextCase:
    entry_id: UUID
    reader: CaseReader


def take_case(command: TakeCase, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.SUMMARY)
    if command.version is not None:
        case.require_version(command.version)
    case.take(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.assigned")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id


def take_next_case(command: TakeNextCase, uow: CaseUnitOfWork) -> UUID | None:
    """Takes the next case: alarms first, then soonest due. Two workers never get the same one. Returns None if there is none."""
    case = uow.cases.next_unassigned(command.reader)
    if case is None:
        return None
    case.take(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.assigned")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id
