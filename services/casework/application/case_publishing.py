"""A case's new entries as the events that other services may know: codes and times, never a text."""

from typing import Any

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.domain.case import Case
from services.casework.domain.case_entries import Entry, EntryKind
from services.contracts import casework as contracts
from services.contracts.codes import ProgressStep


def keep_case(case: Case, uow: CaseUnitOfWork, what: str) -> None:
    """Save what happened in the case, tell of it, and write the audit row."""
    entries = case.new_entries
    uow.cases.save(case)
    publish_entries(case, entries, uow)
    uow.audit(what, subject_type="case", subject_id=case.id, details={"entries": [str(entry.id) for entry in entries]})


def publish_entries(case: Case, entries: list[Entry], uow: CaseUnitOfWork) -> None:
    for entry in entries:
        _publish(case, entry, uow)


def _publish(case: Case, entry: Entry, uow: CaseUnitOfWork) -> None:
    told = _of_case(case, entry)
    match entry.kind:
        case EntryKind.OPENED:
            uow.publish(contracts.CaseOpenedV1, told | {"pathway": case.pathway, "due_at": case.due_at})
        case EntryKind.ASSIGNED:
            uow.publish(contracts.CaseAssignedV1, told)
        case EntryKind.CONTACT_ATTEMPTED:
            uow.publish(contracts.ContactAttemptedV1, told | {"mode": entry.mode, "reached": entry.reached})
        case EntryKind.FIRST_CONTACT_MADE:
            uow.publish(contracts.FirstContactMadeV1, told | {"mode": entry.mode, "answer": entry.answer})
            uow.make_progress(case.referral_id, ProgressStep.FIRST_CONTACT_MADE)
        case EntryKind.OUTCOME_RECORDED:
            uow.publish(contracts.OutcomeRecordedV1, _outcome(case, entry))
        case EntryKind.HAND_OVER_CONFIRMED:
            uow.publish(contracts.HandOverConfirmedV1, told)
        case EntryKind.CLOSED:
            uow.publish(contracts.CaseClosedV1, told | {"reason": entry.close_reason})
            uow.make_progress(case.referral_id, ProgressStep.CLOSED)
        case EntryKind.REOPENED:
            uow.publish(contracts.CaseReopenedV1, told)
            uow.make_progress(case.referral_id, _step_before_close(case))
        case EntryKind.NOTE | EntryKind.NOTE_CORRECTED | EntryKind.ANSWER_RECORDED:
            pass  # between the worker and the young person


def _of_case(case: Case, entry: Entry) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "version": entry.version,
        "referral_id": case.referral_id,
        "person_id": case.person_id,
        "team_id": case.team_id,
        "team_class": case.team_class,
        "area": case.area,
        "at": entry.occurred_at,
    }


def _outcome(case: Case, entry: Entry) -> dict[str, Any]:
    return {
        "outcome_id": entry.id,
        "case_id": case.id,
        "version": entry.version,
        "referral_id": case.referral_id,
        "person_id": case.person_id,
        "outcome": entry.outcome,
        "at": entry.occurred_at,
    }


def _step_before_close(case: Case) -> ProgressStep:
    return ProgressStep.FIRST_CONTACT_MADE if case.first_contact_at else ProgressStep.ACCEPTED
