"""Publishes a case's new entries as events: codes and times, never free text."""

from types import MappingProxyType
from typing import Any

from services.casework.application.case_ports import CaseUnitOfWork, Publisher
from services.casework.domain.case import Case
from services.casework.domain.case_entries import Entry, EntryKind
from services.contracts import casework as contracts
from services.contracts.codes import ProgressStep

_STEPS = MappingProxyType(
    {EntryKind.FIRST_CONTACT_MADE: ProgressStep.FIRST_CONTACT_MADE, EntryKind.CLOSED: ProgressStep.CLOSED}
)


def save_case(case: Case, uow: CaseUnitOfWork, what: str) -> None:
    """Saves the case, publishes its new entries and writes the audit row."""
    entries = case.new_entries
    uow.cases.save(case)
    publish_entries(case, entries, uow)
    uow.audit(what, subject_type="case", subject_id=case.id, details={"entries": [str(entry.id) for entry in entries]})


def publish_entries(case: Case, entries: list[Entry], uow: CaseUnitOfWork) -> None:
    for entry in entries:
        publish_entry(case, entry, uow)
        if step := _step(case, entry):
            uow.make_progress(case.referral_id, step)


def publish_entry(case: Case, entry: Entry, publisher: Publisher) -> None:
    """Publishes the entry. Notes and later answers of the young person are not published."""
    data = _of_case(case, entry)
    match entry.kind:
        case EntryKind.OPENED:
            publisher.publish(contracts.CaseOpenedV1, data | {"pathway": case.pathway, "due_at": case.due_at})
        case EntryKind.ASSIGNED:
            publisher.publish(contracts.CaseAssignedV1, data)
        case EntryKind.UNASSIGNED:
            publisher.publish(contracts.CaseUnassignedV1, data | {"reason": entry.unassign_reason})
        case EntryKind.CONTACT_ATTEMPTED:
            publisher.publish(contracts.ContactAttemptedV1, data | {"mode": entry.mode, "reached": entry.reached})
        case EntryKind.FIRST_CONTACT_MADE:
            publisher.publish(contracts.FirstContactMadeV1, data | {"mode": entry.mode, "answer": entry.answer})
        case EntryKind.OUTCOME_RECORDED:
            publisher.publish(contracts.OutcomeRecordedV1, _outcome(case, entry))
        case EntryKind.HAND_OVER_CONFIRMED:
            publisher.publish(contracts.HandOverConfirmedV1, data)
        case EntryKind.CLOSED:
            publisher.publish(contracts.CaseClosedV1, data | {"reason": entry.close_reason})
        case EntryKind.REOPENED:
            publisher.publish(contracts.CaseReopenedV1, data)


def _step(case: Case, entry: Entry) -> ProgressStep | None:
    """Returns the step that the referrer may see, if any."""
    if entry.kind is EntryKind.REOPENED:
        return ProgressStep.FIRST_CONTACT_MADE if case.first_contact_at else ProgressStep.ACCEPTED
    return _STEPS.get(entry.kind)


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
