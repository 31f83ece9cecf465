"""Finding lost events: an owner lists what it has sent, and a reader that lacks some asks for them to be sent again.

A list names events by their ids, so it holds no personal data. A reader compares it with the events that it has handled.
"""

from marshmallow import fields, validate

from services.contracts.schema import EventSchema, Part

MAX_LISTED = 500


class ListedEvent(Part):
    event_id = fields.UUID(required=True)
    event_type = fields.String(required=True)


class EventsListed(EventSchema):
    """Events that an owner sent some time ago, in the order of writing."""

    key = "list_id"

    list_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    events = fields.List(fields.Nested(ListedEvent), required=True, validate=validate.Length(min=1, max=MAX_LISTED))


class LostEventsRequested(EventSchema):
    """Events that a reader subscribes to but never received."""

    key = "request_id"

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    event_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_LISTED))
