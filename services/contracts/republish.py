"""Telling again: a reader asks owners for what they hold, and they answer with their ordinary events.

No topic is compacted, so that no name lingers in one. Whoever lost or never had a state asks its owner for it.
"""

from marshmallow import fields, validate

from services.contracts.schema import EventSchema, Part, timestamp


class RepublishRequested(EventSchema):
    """What each service's own asking says. The owners of these topics tell what they hold, in ordinary events."""

    key = "request_id"

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    topics = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    referral_ids = fields.List(fields.UUID(), allow_none=True, load_default=None)
    """Only what is about these referrals; null for everything that was there when it was asked."""
    requested_at = timestamp(required=True)


class RepublishedTopic(Part):
    """How many referrals, reviews, cases or models were told. What came after the asking is not counted."""

    topic = fields.String(required=True)
    count = fields.Integer(required=True, validate=validate.Range(min=0))


class RepublishCompleted(EventSchema):
    """What each owner says once everything asked for is written: whoever asked knows what it must have heard."""

    key = "request_id"

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    told = fields.List(fields.Nested(RepublishedTopic), required=True)
    told_at = timestamp(required=True)
