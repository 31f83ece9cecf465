"""Pages: one case, and one page per kind of entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from services.casework.adapters.case_view import CaseView
from services.casework.application.assign_case import AssignCase
from services.casework.application.attempt_case_contact import AttemptCaseContact
from services.casework.application.close_case import CloseCase, ReopenCase
from services.casework.application.confirm_case_hand_over import ConfirmCaseHandOver
from services.casework.application.read_case_change import ReadCaseChange
from services.casework.application.record_case_answer import RecordCaseAnswer, RecordFirstContact
from services.casework.application.record_case_equality import RecordCaseEquality
from services.casework.application.record_case_outcome import RecordCaseOutcome
from services.casework.application.unassign_case import UnassignCase
from services.casework.application.write_case_note import WriteCaseNote
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.case_rules import CaseNotFound
from services.casework.entrypoints import case_forms as forms
from services.casework.entrypoints import case_notices
from services.casework.entrypoints import case_presenters as present
from services.casework.entrypoints.case_list_presenters import done
from services.casework.entrypoints.case_options import options, start
from services.casework.entrypoints.case_reading import HANDING_OVER, WORKERS, read_audited, reader, version_read
from services.contracts.codes import Role
from services.platform.errors import Conflict, FieldError, Invalid
from services.platform.ui.forms import Form
from services.platform.web import access, current

pages = Blueprint("cases", __name__, url_prefix="/casework/cases/<uuid:case_id>")

_FORM_POINTERS = {"/attempted_at": "/on", "/confirmed_at": "/on"}
"""A time has two fields on a page; its errors are shown at the first."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One kind of entry: its path below the case, its form, and its command."""

    name: str
    path: str
    schema: type[Schema]
    command: Callable[..., object]
    versioned: bool = True
    access: AccessLevel = AccessLevel.FULL
    roles: tuple[Role, ...] = WORKERS


def _note(values: Mapping[str, Any], note_id: UUID | None = None, **which: Any) -> WriteCaseNote:
    return WriteCaseNote(text=values["text"], corrects_id=note_id, **which)


def _contact(values: Mapping[str, Any], **which: Any) -> AttemptCaseContact:
    return AttemptCaseContact(
        mode=values["mode"],
        reached=values["reached"],
        attempted_at=values["attempted_at"],
        text=values["note"],
        why=values["why"],
        **which,
    )


def _equality(values: Mapping[str, Any], entry_id: UUID, **which: Any) -> RecordCaseEquality:  # noqa: ARG001
    return RecordCaseEquality(**values, **which)


def _saying(command: Callable[..., object]) -> Callable[..., object]:
    """Returns a builder for a command whose fields have the names of the form's fields."""
    return lambda values, **which: command(**values, **which)


ACTS = (
    Act(name="note", path="/notes/new", schema=forms.NoteBody, command=_note, versioned=False),
    Act(
        name="correction",
        path="/notes/<uuid:note_id>/correction",
        schema=forms.NoteBody,
        command=_note,
        versioned=False,
    ),
    Act(
        name="contact",
        path="/contact-attempts/new",
        schema=forms.ContactAttemptForm,
        command=_contact,
        versioned=False,
    ),
    Act(
        name="first_contact",
        path="/first-contact",
        schema=forms.FirstContactForm,
        command=_saying(RecordFirstContact),
    ),
    Act(name="answer", path="/answer", schema=forms.AnswerBody, command=_saying(RecordCaseAnswer)),
    Act(name="equality", path="/equality", schema=forms.EqualityBody, command=_equality, versioned=False),
    Act(name="outcome", path="/outcome", schema=forms.OutcomeBody, command=_saying(RecordCaseOutcome)),
    Act(name="closure", path="/closure", schema=forms.ClosureBody, command=_saying(CloseCase)),
    Act(
        name="reopening",
        path="/reopening",
        schema=forms.ReopeningBody,
        command=_saying(ReopenCase),
        access=AccessLevel.MANAGE,
        roles=(Role.TEAM_MANAGER,),
    ),
    Act(
        name="assignment",
        path="/assignment",
        schema=forms.AssignmentForm,
        command=_saying(AssignCase),
        access=AccessLevel.MANAGE,
        roles=(Role.TEAM_MANAGER,),
    ),
    Act(
        name="unassignment",
        path="/unassignment",
        schema=forms.UnassignmentBody,
        command=_saying(UnassignCase),
    ),
    Act(
        name="confirmation",
        path="/confirmation",
        schema=forms.ConfirmationBody,
        command=_saying(ConfirmCaseHandOver),
        access=AccessLevel.SUMMARY,
        roles=HANDING_OVER,
    ),
)


@pages.get("")
@access.requires(*HANDING_OVER)
def show(case_id: UUID) -> ResponseReturnValue:
    try:
        view = read_audited(case_id, AccessLevel.SUMMARY)
    except CaseNotFound:
        return case_notices.page(case_notices.notice_audited(case_id))
    return render_template(
        "casework/case_show.html",
        case=present.case(view, reader(), current.now()),
        done=done(request.args.get("done")),
    )


@pages.post("/changes/<int(max=999999):referral_version>/reading")
@access.requires(*WORKERS)
def read_change(case_id: UUID, referral_version: int) -> ResponseReturnValue:
    current.handle(ReadCaseChange(case_id=case_id, reader=reader(), referral_version=referral_version))
    return redirect(url_for(".show", case_id=case_id, done="change"), code=303)


def _serve(act: Act) -> None:
    def ask(case_id: UUID, **below: UUID) -> ResponseReturnValue:
        view = read_audited(case_id, act.access)
        return _page(
            act, view, Form(act.schema(), start(act.name, view, current.identity(), current.now(), **below)), **below
        )

    def do(case_id: UUID, **below: UUID) -> ResponseReturnValue:
        form = Form.received(act.schema(), request.form)
        if form.is_valid:
            try:
                return redirect(_done(act, case_id, form.data, **below), code=303)
            except (Invalid, Conflict) as error:
                form.reject(_at_questions(error))
        return _page(act, read_audited(case_id, act.access), form, **below)

    pages.add_url_rule(act.path, act.name, access.requires(*act.roles)(ask), methods=["GET"])
    pages.add_url_rule(act.path, f"do_{act.name}", access.requires(*act.roles)(do), methods=["POST"])


def _done(act: Act, case_id: UUID, values: Mapping[str, Any], **below: UUID) -> str:
    """Runs the command once, however often the form is sent. Returns the address to redirect to."""
    version = {"version": version_read()} if act.versioned else {}
    command = act.command(values, case_id=case_id, entry_id=uuid4(), reader=reader(), **version, **below)
    shown = url_for(".show", case_id=case_id, done=act.name)
    return current.handle_once(command, answer=(303, shown), key=request.form.get("key", "")).location


def _at_questions(error: Invalid | Conflict) -> Invalid | Conflict:
    error.errors = tuple(
        FieldError(_FORM_POINTERS.get(fault.pointer, fault.pointer), fault.detail) for fault in error.errors
    )
    return error


def _page(act: Act, view: CaseView, form: Form, **below: UUID) -> ResponseReturnValue:
    page = render_template(
        f"casework/case_{act.name}.html",
        case=present.case(view, reader(), current.now()),
        form=form,
        options=options(act.name, view, **below),
        version=request.form.get("version") or view.row.version,
        key=request.form.get("key") or str(uuid4()),
    )
    return page, form.status


for _act in ACTS:
    _serve(_act)
