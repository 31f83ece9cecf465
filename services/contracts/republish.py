"""Republishing: a reader asks owners for their current state, and they respond with their ordinary events.

Topics are not compacted, so that names do not stay in them. A service that lost or never had a state asks its owner.
"""

from marshmallow import fields, validate

from services.contracts.schema import EventSchema, Part, timestamp


class RepublishRequested(EventSchema):
    """Base of each service's own request. The owners of these topics publish their current state as ordinary events."""

    key = "request_id"

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    topics = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    referral_ids = fields.List(fields.UUID(), allow_none=True, load_default=None)
    """Only what is about these referrals; null for everything that existed at the time of the request."""
    requested_at = timestamp(required=True)


class RepublishedTopic(Part):
    """Number of referrals, reviews, cases or models republished. Those created after the request are not counted."""

    topic = fields.String(required=True)
    count = fields.Integer(required=True, validate=validate.Range(min=0))


class RepublishCompleted(EventSchema):
    """Published by each owner after the last requested event, so that the requester knows how many it must receive."""

    key = "request_id"

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    told = fields.List(fields.Nested(RepublishedTopic), required=True)
    told_at = timestamp(required=True)
