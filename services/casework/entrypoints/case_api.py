"""The API of cases: lists, one case, and its entries."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any
from uuid import UUID, uuid4

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from services.casework.adapters.case_notices import ConsentNotice
from services.casework.adapters.case_queries import CaseList, CaseRow, Tab
from services.casework.adapters.case_view import EntryView, read_case
from services.casework.application.assign_case import AssignCase
from services.casework.application.attempt_case_contact import AttemptCaseContact
from services.casework.application.close_case import CloseCase
from services.casework.application.record_case_answer import RecordFirstContact
from services.casework.application.record_case_outcome import RecordCaseOutcome
from services.casework.application.stop_case import CloseStoppedCase, StopCase
from services.casework.application.take_case import TakeCase
from services.casework.application.unassign_case import UnassignCase
from services.casework.application.write_case_note import WriteCaseNote
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.case_rules import CaseNotFound
from services.casework.entrypoints import case_api_schemas as schemas
from services.casework.entrypoints import case_forms as forms
from services.casework.entrypoints import case_notices
from services.casework.entrypoints.case_reading import HANDING_OVER, WORKERS, page_of, read_audited, reader
from services.platform.web import access, current, etag, idempotency, paging
from services.platform.web.api import ApiBlueprint

api = ApiBlueprint(
    "cases_api", __name__, url_prefix="/casework/api/v1/cases", description="Cases, as their reader may know them"
)

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the case as it was read",
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
    "description": "New for each request, the same for a retry",
}


@api.get("")
@api.arguments(schemas.CaseQuery, location="query")
@api.response(200, schemas.CaseItems)
@access.requires(*HANDING_OVER)
def list_of_cases(asked: dict[str, Any]) -> ResponseReturnValue:
    """A list of cases: those with an alarm first, then soonest due"""
    page = paging.requested()
    with current.transaction() as transaction:
        listed = page_of(transaction, reader(), CaseList(tab=Tab(asked["list"])), page)
        notices = case_notices.listed(transaction, Tab(asked["list"]))
    return {
        "items": [_item(row) for row in listed.items],
        "next_cursor": listed.next_cursor,
        "notices": [_notice(notice) for notice in notices],
    }


@api.get("/<uuid:case_id>")
@api.response(200, schemas.CaseAnswer)
@access.requires(*HANDING_OVER)
def one_case(case_id: UUID) -> ResponseReturnValue:
    """One case, as far as the caller may read it; only its notice if consent was withdrawn"""
    try:
        view = read_audited(case_id, AccessLevel.SUMMARY)
    except CaseNotFound:
        notice = case_notices.notice_audited(case_id)
        return _notice(notice), 200, {"ETag": etag.of(notice.version)}
    answer = _item(view.row) | {"pathway": view.row.pathway, "team_name": view.row.team_name, "whole": view.whole}
    return answer, 200, {"ETag": etag.of(view.row.version)}


@api.get("/<uuid:case_id>/entries/<uuid:entry_id>")
@api.response(200, schemas.CaseEntry)
@access.requires(*WORKERS)
def one_entry(case_id: UUID, entry_id: UUID) -> EntryView:
    """One entry of a case's chronology"""
    view = read_audited(case_id, AccessLevel.FULL)
    entries = view.whole.entries if view.whole else ()
    found = next((entry for entry in entries if entry.id == entry_id), None)
    if found is None:
        raise CaseNotFound
    return found


@api.post("/<uuid:case_id>/notes")
@api.arguments(forms.NoteBody, example=schemas.EXAMPLES["note"])
@api.response(201, schemas.EntryMade)
@api.doc(parameters=[_KEY])
@access.requires(*WORKERS)
def add_note(body: dict[str, Any], case_id: UUID) -> Response:
    """A note, or with corrects_id the correction of one"""
    return _made(case_id, WriteCaseNote(case_id=case_id, entry_id=uuid4(), reader=reader(), **body))


@api.post("/<uuid:case_id>/contact-attempts")
@api.arguments(forms.ContactAttemptBody, example=schemas.EXAMPLES["contact_attempt"])
@api.response(201, schemas.EntryMade)
@api.doc(parameters=[_KEY])
@access.requires(*WORKERS)
def add_contact_attempt(body: dict[str, Any], case_id: UUID) -> Response:
    """An attempt to reach the young person; attempted_at null means now"""
    text = body.pop("note")
    return _made(case_id, AttemptCaseContact(case_id=case_id, entry_id=uuid4(), reader=reader(), text=text, **body))


@api.post("/<uuid:case_id>/first-contact")
@api.arguments(forms.FirstContactBody, example=schemas.EXAMPLES["first_contact"])
@api.response(200, schemas.CaseChanged)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_first_contact(body: dict[str, Any], case_id: UUID) -> ResponseReturnValue:
    """The first contact; attempt_id null means the first attempt that reached the young person"""
    return _changed(case_id, RecordFirstContact, body)


@api.post("/<uuid:case_id>/outcome")
@api.arguments(forms.OutcomeBody, example=schemas.EXAMPLES["outcome"])
@api.response(200, schemas.CaseChanged)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_outcome(body: dict[str, Any], case_id: UUID) -> ResponseReturnValue:
    """The outcome of the support"""
    return _changed(case_id, RecordCaseOutcome, body)


@api.post("/<uuid:case_id>/closure")
@api.arguments(forms.ClosureBody, example=schemas.EXAMPLES["closure"])
@api.response(200, schemas.CaseChanged)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_closure(body: dict[str, Any], case_id: UUID) -> ResponseReturnValue:
    """Closes the case, once an outcome is recorded"""
    return _changed(case_id, CloseCase, body)


@api.post("/<uuid:case_id>/assignment")
@api.arguments(forms.AssignmentBody, example=schemas.EXAMPLES["assignment"])
@api.response(200, schemas.CaseChanged)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_assignment(body: dict[str, Any], case_id: UUID) -> ResponseReturnValue:
    """Assign the case; assignee_id null means the caller, and only the team's manager may name another member"""
    if body["assignee_id"] in (None, current.staff_id()):
        return _changed(case_id, TakeCase, {})
    return _changed(case_id, AssignCase, body)


@api.post("/<uuid:case_id>/unassignment")
@api.arguments(forms.UnassignmentBody, example=schemas.EXAMPLES["unassignment"])
@api.response(200, schemas.CaseChanged)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_unassignment(body: dict[str, Any], case_id: UUID) -> ResponseReturnValue:
    """Return the case to the team's queue, for its worker or the team's manager"""
    return _changed(case_id, UnassignCase, body)


@api.post("/<uuid:case_id>/support-stopped")
@api.response(200, schemas.CaseStopped)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_support_stopped(case_id: UUID) -> ResponseReturnValue:
    """Records that support stopped after consent was withdrawn"""
    return _stopped(case_id, StopCase)


@api.post("/<uuid:case_id>/closure-without-consent")
@api.response(200, schemas.CaseStopped)
@api.doc(parameters=[_IF_MATCH])
@access.requires(*WORKERS)
def set_closure_without_consent(case_id: UUID) -> ResponseReturnValue:
    """Closes a case whose consent was withdrawn, once support has stopped"""
    return _stopped(case_id, CloseStoppedCase)


def _stopped(case_id: UUID, command: Callable[..., object]) -> ResponseReturnValue:
    version = etag.expected_version()
    current.handle(command(case_id=case_id, entry_id=uuid4(), reader=reader(), version=version))
    return {"id": case_id, "version": version + 1}, 200, {"ETag": etag.of(version + 1)}


def _notice(notice: ConsentNotice) -> dict[str, Any]:
    return {
        "id": notice.case_id,
        "reference": notice.reference,
        "initials": notice.initials,
        "version": notice.version,
        "consent_withdrawn_at": notice.withdrawn_at,
        "stopped_at": notice.stopped_at,
    }


def _item(row: CaseRow) -> dict[str, Any]:
    """Returns a row without the fields that the caller may not read: absent, not null."""
    item = {field.name: getattr(row, field.name) for field in fields(row)}
    hidden = (
        () if row.known_whole else ("name", "age", "first_contact_at", "changed", "another_referral", "alarm_reasons")
    )
    return {name: value for name, value in item.items() if name not in hidden}


def _made(case_id: UUID, command: Any) -> Response:
    made = url_for(".one_entry", case_id=case_id, entry_id=command.entry_id)
    return idempotency.respond(current.handle_once(command, answer=(201, made)))


def _changed(case_id: UUID, command: Callable[..., object], body: dict[str, Any]) -> ResponseReturnValue:
    """Runs the change for the version in If-Match. Responds with the case's new state and ETag."""
    who = reader()
    current.handle(command(case_id=case_id, entry_id=uuid4(), reader=who, version=etag.expected_version(), **body))
    row = read_case(current.reading(), who, case_id, AccessLevel.SUMMARY).row
    return {"id": row.id, "version": row.version, "state": row.state}, 200, {"ETag": etag.of(row.version)}
