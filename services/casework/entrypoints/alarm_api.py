"""The API of alarms: the open ones, one of them, and actions."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from services.casework.application.act_on_alarm import ActOnAlarm
from services.casework.entrypoints import alarm_api_schemas as schemas
from services.casework.entrypoints import case_reading, review_reading
from services.casework.entrypoints.alarm_forms import ActionBody
from services.casework.entrypoints.alarm_reading import listed, read_audited
from services.platform.web import access, current, etag, idempotency, paging
from services.platform.web.api import ApiBlueprint

api = ApiBlueprint(
    "alarms_api",
    __name__,
    url_prefix="/casework/api/v1/alarms",
    description="Alarms: an amendment made a young person less safe, and somebody must act",
)

_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
    "description": "New for each request, the same for a retry",
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the alarm as it was read: 412 when it has changed since",
}


@api.get("")
@api.arguments(schemas.AlarmQuery, location="query")
@api.response(200, schemas.AlarmItems)
@access.requires(*case_reading.HANDING_OVER)
def list_of_alarms(_asked: dict[str, Any]) -> ResponseReturnValue:
    """The open alarms, soonest due first"""
    found = listed(paging.requested())
    return {"items": found.items, "next_cursor": found.next_cursor}


@api.get("/<uuid:alarm_id>")
@api.response(200, schemas.AlarmAnswer)
@access.requires(*case_reading.HANDING_OVER)
def one_alarm(alarm_id: UUID) -> ResponseReturnValue:
    """One alarm, with what was done about it"""
    row, view = read_audited(alarm_id)
    return asdict(row) | {"actions": view.actions}, 200, {"ETag": etag.of(row.version)}


@api.post("/<uuid:alarm_id>/action")
@api.arguments(ActionBody, example=schemas.EXAMPLES["action"])
@api.response(201, schemas.ActionMade)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(*case_reading.HANDING_OVER)
def add_action(body: dict[str, Any], alarm_id: UUID) -> Response:
    """What you did about it. It is recorded in the case’s chronology permanently"""
    command = ActOnAlarm(
        alarm_id=alarm_id,
        action_id=uuid4(),
        reviewer=review_reading.reader(),
        worker=case_reading.reader(),
        version=etag.named_version(),
        **body,
    )
    made = url_for(".one_alarm", alarm_id=alarm_id)
    return idempotency.respond(current.handle_once(command, answer=(201, made)))
