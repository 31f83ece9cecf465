"""Use case: record the outcome of the support."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import Outcome


@dataclass(frozen=True, kw_only=True)
class RecordCaseOutcome:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    outcome: Outcome


def record_case_outcome(command: RecordCaseOutcome, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.require_version(command.version)
    case.record_outcome(command.outcome, Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.outcome_recorded")
    return case.id
