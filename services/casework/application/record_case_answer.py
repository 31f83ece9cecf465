"""Use cases: record the first contact, and the young person's answer to the offer of support."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_clock import london_day
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import YoungPersonAnswer


@dataclass(frozen=True, kw_only=True)
class RecordFirstContact:
    """`attempt_id` None means the first attempt that reached the young person."""

    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    attempt_id: UUID | None
    answer: YoungPersonAnswer | None = None
    later_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RecordCaseAnswer:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    answer: YoungPersonAnswer
    later_on: date | None = None


def record_first_contact(command: RecordFirstContact, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.require_version(command.version)
    act = Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at)
    case.make_first_contact(
        command.attempt_id, act, answer=command.answer, later_on=command.later_on, today=london_day(uow.at)
    )
    save_case(case, uow, "case.first_contact_made")
    return case.id


def record_case_answer(command: RecordCaseAnswer, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.require_version(command.version)
    act = Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at)
    case.record_answer(command.answer, act, later_on=command.later_on, today=london_day(uow.at))
    save_case(case, uow, "case.answer_recorded")
    return case.id
