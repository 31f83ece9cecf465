"""Schemas of the API of alarms, with a complete example of the request body."""

from typing import Any

from marshmallow import Schema, fields

from services.casework.domain.alarm import AlarmReason, AlarmState


class AlarmQuery(Schema):
    limit = fields.String(metadata={"description": "At most this many, 1 to 100"})
    cursor = fields.String(metadata={"description": "The next_cursor of the page before"})


class ActionItem(Schema):
    acted_by = fields.UUID(required=True)
    acted_by_name = fields.String(allow_none=True)
    acted_at = fields.AwareDateTime(required=True)
    done = fields.String(required=True)


class AlarmOfReferral(Schema):
    """An alarm in a review or a case."""

    id = fields.UUID(required=True)
    referral_version = fields.Integer(required=True)
    reasons = fields.List(fields.Enum(AlarmReason, by_value=True), required=True)
    state = fields.Enum(AlarmState, by_value=True, required=True)
    raised_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)
    actions = fields.List(fields.Nested(ActionItem))


class AlarmItem(AlarmOfReferral):
    """`review_id` is present for a reviewer of the referral, `case_id` for the case's worker and the team's manager."""

    class Meta:
        exclude = ("actions",)

    referral_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    initials = fields.String(allow_none=True)
    review_id = fields.UUID(allow_none=True, required=True)
    case_id = fields.UUID(allow_none=True, required=True)


class AlarmItems(Schema):
    items = fields.List(fields.Nested(AlarmItem), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class AlarmAnswer(AlarmItem):
    class Meta:
        exclude = ()


class ActionMade(Schema):
    location = fields.String(required=True)


EXAMPLES: dict[str, dict[str, Any]] = {
    "action": {"done": "Rang his aunt: he is with her and safe tonight. Told children’s services at 14:10."},
}
"""Request bodies that the demonstration accepts unchanged for an open alarm."""
