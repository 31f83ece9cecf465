"""Use case: somebody records what they did about an alarm. It becomes a permanent entry in the case's chronology."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_publishing import save_case
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain.case import Act
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.review_reader import ReviewReader


@dataclass(frozen=True, kw_only=True)
class ActOnAlarm:
    """`version` is the alarm's version that the person read."""

    alarm_id: UUID
    action_id: UUID
    reviewer: ReviewReader
    worker: CaseReader
    version: int | None
    done: str


def act_on_alarm(command: ActOnAlarm, uow: ReviewUnitOfWork) -> None:
    """Raises AlarmNotFound, AlarmActedOn, ReadItFirst, StaleAlarm. Adds an entry to the referral's newest case, open or not."""
    alarm = uow.alarms.get(command.alarm_id, command.reviewer, command.worker)
    by = command.reviewer.staff_id
    action = alarm.act(action_id=command.action_id, by=by, at=uow.at, done=command.done, version=command.version)
    uow.alarms.save(alarm)
    uow.alarms.add_action(action)
    case = uow.cases.newest_of(alarm.referral_id)
    if case is not None:
        case.note_alarm(action.done, Act(entry_id=action.id, by=by, at=action.acted_at))
        save_case(case, uow, "case.alarm_acted_on")
    uow.audit("alarm.acted_on", subject_type="alarm", subject_id=alarm.id, details={"referral": str(alarm.referral_id)})
