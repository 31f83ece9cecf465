"""Events that accounts publishes: who works here, and in which teams."""

from marshmallow import fields, validate

from services.contracts import topics
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.contracts.schema import EventSchema, code, code_list, timestamp


class StaffChangedV1(EventSchema):
    """The current state of a member of staff. It provides names and teams, never access rights."""

    type = "accounts.staff.changed"
    topic = topics.STAFF.name
    key = "staff_id"

    staff_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    display_name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    organisation_class = code(OrganisationClass, required=True)
    roles = code_list(Role, required=True)
    teams = fields.List(fields.UUID(), required=True)
    areas = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)


class StaffSignedInV1(EventSchema):
    """A member of staff signed in or was issued a token. Published at most once a day for each."""

    type = "accounts.staff.signed_in"
    topic = topics.STAFF.name
    key = "staff_id"

    staff_id = fields.UUID(required=True)
    at = timestamp(required=True)


class StaffSignedOutV1(EventSchema):
    """A member of staff ended a session. Their other sessions may continue."""

    type = "accounts.staff.signed_out"
    topic = topics.STAFF.name
    key = "staff_id"

    staff_id = fields.UUID(required=True)
    signed_out_at = timestamp(required=True)


class TeamChangedV1(EventSchema):
    """The current state of a team. Its class decides which lawful bases let it read a referral."""

    type = "accounts.team.changed"
    topic = topics.TEAMS.name
    key = "team_id"

    team_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    team_code = fields.String(required=True)
    name = fields.String(required=True)
    team_class = code(RecipientClass, required=True)
    organisation_class = code(OrganisationClass, required=True)
    areas = fields.List(fields.String(), required=True)
    area_names = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    """Name of each area by its code."""
    age_from = fields.Integer(required=True)
    age_to = fields.Integer(required=True)
    on_call_address = fields.String(allow_none=True, load_default=None)
    active = fields.Boolean(required=True)
