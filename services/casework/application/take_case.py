"""Use cases: a worker takes a case that nobody has, a chosen one or the next due."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import keep_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader


@dataclass(frozen=True, kw_only=True)
class TakeCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int | None = None
    """What the worker had in front of them; null from a list, where being free is all that counts."""


@dataclass(frozen=True, kw_only=True)
class TakeNextCase:
    entry_id: UUID
    reader: CaseReader


def take_case(command: TakeCase, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.SUMMARY)
    if command.version is not None:
        case.require_version(command.version)
    case.take(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    keep_case(case, uow, "case.assigned")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id


def take_next_case(command: TakeNextCase, uow: CaseUnitOfWork) -> UUID | None:
    """One at a time, those with an alarm first, then soonest due; no two workers get the same. None when nothing waits."""
    case = uow.cases.next_unassigned(command.reader)
    if case is None:
        return None
    case.take(Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    keep_case(case, uow, "case.assigned")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id
