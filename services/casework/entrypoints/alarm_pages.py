"""Pages: the open alarms, and one alarm with its actions."""

from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.casework.application.act_on_alarm import ActOnAlarm
from services.casework.domain.alarm import AlarmActedOn, StaleAlarm
from services.casework.entrypoints import alarm_presenters as present
from services.casework.entrypoints import case_reading, review_reading
from services.casework.entrypoints.alarm_forms import MAX_DONE, ActionBody
from services.casework.entrypoints.alarm_reading import listed, read_audited
from services.platform.ui.forms import Form
from services.platform.web import access, current, etag, paging

pages = Blueprint("alarms", __name__, url_prefix="/casework/alarms")


@pages.get("")
@access.requires(*case_reading.HANDING_OVER)
def waiting() -> ResponseReturnValue:
    found = listed(paging.requested())
    return render_template(
        "casework/alarm_list.html",
        alarms=[present.item(row, current.now()) for row in found.items],
        next=paging.next_address(found.next_cursor) if found.next_cursor else None,
    )


@pages.get("/<uuid:alarm_id>")
@access.requires(*case_reading.HANDING_OVER)
def show(alarm_id: UUID) -> ResponseReturnValue:
    return _page(alarm_id, Form(ActionBody()))


@pages.post("/<uuid:alarm_id>/action")
@access.requires(*case_reading.HANDING_OVER)
def act(alarm_id: UUID) -> ResponseReturnValue:
    form = Form.received(ActionBody(), request.form)
    if form.is_valid:
        command = ActOnAlarm(
            alarm_id=alarm_id,
            action_id=uuid4(),
            reviewer=review_reading.reader(),
            worker=case_reading.reader(),
            version=etag.form_version(),
            **form.data,
        )
        shown = url_for(".show", alarm_id=alarm_id, done="action")
        try:
            answer = current.handle_once(command, answer=(303, shown), key=request.form.get("key", ""))
            return redirect(answer.location, code=303)
        except (AlarmActedOn, StaleAlarm) as error:
            # The page shows the current state and keeps what was typed.
            form.reject(error)
    return _page(alarm_id, form)


def _page(alarm_id: UUID, form: Form) -> ResponseReturnValue:
    row, view = read_audited(alarm_id)
    page = render_template(
        "casework/alarm_show.html",
        alarm=present.page(row, view, current.now()),
        form=form,
        maximum=MAX_DONE,
        key=request.form.get("key") or str(uuid4()),
        done=request.args.get("done") == "action",
    )
    return page, form.status
