"""Use case: record an attempt to reach the young person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.contact_ways import forbidden_ways
from services.contracts.codes import ContactMode


@dataclass(frozen=True, kw_only=True)
class AttemptCaseContact:
    """`attempted_at` None means now."""

    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    mode: ContactMode
    reached: bool
    attempted_at: datetime | None
    text: str | None = None
    why: str | None = None
    """Required for a mode on the do-not-contact list."""


def attempt_case_contact(command: AttemptCaseContact, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    case.attempt_contact(
        command.mode,
        reached=command.reached,
        attempted_at=command.attempted_at,
        text=command.text,
        why=command.why,
        forbidden=forbidden_ways(uow.projections.do_not_contact(case.referral_id)),
        act=Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at),
    )
    save_case(case, uow, "case.contact_attempted")
    return command.entry_id
