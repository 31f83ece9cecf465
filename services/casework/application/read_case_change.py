"""Use case: the case's worker has read a change made after the decision."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.domain.case_reader import AccessLevel, CaseReader


@dataclass(frozen=True, kw_only=True)
class ReadCaseChange:
    case_id: UUID
    reader: CaseReader
    referral_version: int


def read_case_change(command: ReadCaseChange, uow: CaseUnitOfWork) -> None:
    """Does nothing if the change was read before or does not exist."""
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    if uow.projections.change_read_in_case(case.id, command.referral_version, by=command.reader.staff_id):
        uow.audit("case.change_read", subject_type="case", subject_id=case.id)
