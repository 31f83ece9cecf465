"""Use case: the case's owner has read what the referrer changed after the decision."""

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
    """Does nothing to a change that was read before, and to none."""
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    if uow.projections.change_read_in_case(case.id, command.referral_version, by=command.reader.staff_id):
        uow.audit("case.change_read", subject_type="case", subject_id=case.id)
