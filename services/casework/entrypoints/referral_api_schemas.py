"""Referral schemas shared by the APIs of reviews and cases."""

from marshmallow import Schema, fields

from services.casework.domain.referral_changes import Part


class FieldChangeItem(Schema):
    """A value of the referral before and after; null means not known."""

    part = fields.Enum(Part, by_value=True, required=True)
    field = fields.String(required=True)
    old = fields.Raw(allow_none=True, required=True)
    new = fields.Raw(allow_none=True, required=True)


class VersionChangeItem(Schema):
    """The changes of one version of the referral."""

    version = fields.Integer(required=True)
    stated_at = fields.AwareDateTime(allow_none=True, required=True)
    changed = fields.List(fields.Nested(FieldChangeItem), required=True)
