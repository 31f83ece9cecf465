"""Use case: record that the receiving service confirmed a hand-over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader


@dataclass(frozen=True, kw_only=True)
class ConfirmCaseHandOver:
    """`confirmed_by` is the person at the receiving service who confirmed it."""

    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    confirmed_by: str
    confirmed_at: datetime


def confirm_case_hand_over(command: ConfirmCaseHandOver, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.SUMMARY)
    case.require_version(command.version)
    act = Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at)
    case.confirm_hand_over(command.confirmed_by, command.confirmed_at, act)
    save_case(case, uow, "case.hand_over_confirmed")
    return case.id
