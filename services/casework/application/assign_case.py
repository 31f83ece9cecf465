"""Use case: the manager assigns a case to any active member of its team."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import NotAMemberOfTheTeam


@dataclass(frozen=True, kw_only=True)
class AssignCase:
    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    version: int
    assignee_id: UUID


def assign_case(command: AssignCase, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.MANAGE)
    case.require_version(command.version)
    if not uow.team_members.has(case.team_id, command.assignee_id):
        raise NotAMemberOfTheTeam
    case.assign(command.assignee_id, Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at))
    save_case(case, uow, "case.assigned")
    uow.holdings.resolve(case.id, by=command.reader.staff_id)
    return case.id
