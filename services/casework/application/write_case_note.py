"""Use cases: a note on a case, and the correction of one."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import save_case
from services.casework.domain.case import Act
from services.casework.domain.case_reader import AccessLevel, CaseReader


@dataclass(frozen=True, kw_only=True)
class WriteCaseNote:
    """`corrects_id` is the note that this one replaces, None for a new note."""

    case_id: UUID
    entry_id: UUID
    reader: CaseReader
    text: str
    corrects_id: UUID | None = None


def write_case_note(command: WriteCaseNote, uow: CaseUnitOfWork) -> UUID:
    case = uow.cases.get(command.case_id, command.reader, AccessLevel.FULL)
    act = Act(entry_id=command.entry_id, by=command.reader.staff_id, at=uow.at)
    if command.corrects_id is None:
        case.note(command.text, act)
        save_case(case, uow, "case.note_written")
    else:
        case.correct_note(command.corrects_id, command.text, act)
        save_case(case, uow, "case.note_corrected")
    return command.entry_id
