"""Command handlers of cases, for the composition root."""

from collections.abc import Callable, Mapping
from typing import Any

from services.casework.application.assign_case import AssignCase, assign_case
from services.casework.application.attempt_case_contact import AttemptCaseContact, attempt_case_contact
from services.casework.application.close_case import CloseCase, ReopenCase, close_case, reopen_case
from services.casework.application.confirm_case_hand_over import ConfirmCaseHandOver, confirm_case_hand_over
from services.casework.application.holdings import ReadCaseNotice, read_case_notice
from services.casework.application.read_case_change import ReadCaseChange, read_case_change
from services.casework.application.record_case_answer import (
    RecordCaseAnswer,
    RecordFirstContact,
    record_case_answer,
    record_first_contact,
)
from services.casework.application.record_case_equality import RecordCaseEquality, record_case_equality
from services.casework.application.record_case_outcome import RecordCaseOutcome, record_case_outcome
from services.casework.application.stop_case import CloseStoppedCase, StopCase, close_stopped_case, stop_case
from services.casework.application.take_case import TakeCase, TakeNextCase, take_case, take_next_case
from services.casework.application.unassign_case import UnassignCase, unassign_case
from services.casework.application.write_case_note import WriteCaseNote, write_case_note

CASE_HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    TakeCase: take_case,
    TakeNextCase: take_next_case,
    AssignCase: assign_case,
    UnassignCase: unassign_case,
    ReadCaseNotice: read_case_notice,
    WriteCaseNote: write_case_note,
    AttemptCaseContact: attempt_case_contact,
    ReadCaseChange: read_case_change,
    RecordFirstContact: record_first_contact,
    RecordCaseAnswer: record_case_answer,
    RecordCaseEquality: record_case_equality,
    RecordCaseOutcome: record_case_outcome,
    CloseCase: close_case,
    ReopenCase: reopen_case,
    ConfirmCaseHandOver: confirm_case_hand_over,
    StopCase: stop_case,
    CloseStoppedCase: close_stopped_case,
}
