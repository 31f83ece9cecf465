"""Schemas of scoring's API. The facts are those of the referral's event, field by field."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason
from services.contracts.intake import Facts
from services.platform.i18n import N_
from services.platform.web.fields import (
    StrictBoolean,
    StrictCode,
    StrictDate,
    StrictInteger,
    StrictList,
    StrictSchema,
)

MAX_ROWS = 200
MAX_BYTES_OF_A_ROW = 2_560
"""A row with every answer is 1,200 bytes, and 2,300 when it is indented."""

EXAMPLE_ROW = {
    "stated_on": "2026-11-02",
    "age": 15,
    "facts": {
        "what_happened": ["knife_or_sharp_object"],
        "involvement": ["victim"],
        "injury": "needs_treatment",
        "retaliation_feared": True,
        "education_status": "part_time_timetable",
        "looked_after_now": False,
        "peers_in_violence": True,
        "strengths": ["trusted_adult"],
    },
}


def _strict(field: fields.Field[Any]) -> fields.Field[Any]:
    """The strict form of an event's field, which refuses other types. Null and absent are "not known"."""
    options: dict[str, Any] = {"allow_none": True, "load_default": None}
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Enum):
        return StrictList(StrictCode(field.inner.enum), unique=True, **options)
    if isinstance(field, fields.Enum):
        return StrictCode(field.enum, **options)
    if isinstance(field, fields.Integer):
        [bounds] = [check for check in field.validators if isinstance(check, validate.Range)]
        return StrictInteger(minimum=bounds.min, maximum=bounds.max, **options)
    if isinstance(field, fields.Boolean):
        return StrictBoolean(**options)
    if isinstance(field, fields.Date):
        return StrictDate(**options)
    raise TypeError(f"no strict form of {type(field).__name__}")


@cache
def _facts() -> type[Schema]:
    return StrictSchema.from_dict({name: _strict(field) for name, field in Facts().fields.items()}, name="Facts")


class RowSchema(StrictSchema):
    """The coded facts of one young person who is not named."""

    stated_on = StrictDate(load_default=None, allow_none=True)
    age = StrictInteger(minimum=0, maximum=120, load_default=None, allow_none=True)
    facts = fields.Nested(lambda: _facts()(), required=True, error_messages={"required": N_("Send the coded facts")})


class EstimatesSchema(StrictSchema):
    rows = StrictList(
        fields.Nested(RowSchema), minimum=1, maximum=MAX_ROWS, required=True, ask=N_("Send at least one row")
    )


class ContributionSchema(Schema):
    feature = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    observed_on = fields.Date(required=True, allow_none=True)
    log_odds = fields.Float(required=True)
    few_seen = fields.Boolean(
        required=True, metadata={"description": "Training saw too few with this value to be sure what it means"}
    )


class AnswerSchema(Schema):
    """An estimate with its explanation; or `not_estimated` says why there is none."""

    not_estimated = fields.Enum(NotEstimatedReason, by_value=True, allow_none=True)
    out_of_range = fields.List(fields.String())
    probability = fields.Float(allow_none=True)
    interval_low = fields.Float(allow_none=True)
    interval_high = fields.Float(allow_none=True)
    band = fields.Enum(Band, by_value=True, allow_none=True)
    base_rate = fields.Float(allow_none=True)
    base_log_odds = fields.Float(allow_none=True)
    contributions = fields.List(fields.Nested(ContributionSchema))
    missing = fields.List(fields.String())
    known_answers = fields.Integer(allow_none=True, metadata={"description": "Known, of all that the model takes"})
    all_answers = fields.Integer(allow_none=True)
    min_answers = fields.Integer(
        allow_none=True, metadata={"description": "How many an estimate needs, when there were too few"}
    )
    sparse = fields.Boolean(metadata={"description": "Based on few answers: never to be shown without saying so first"})


class AnswersSchema(Schema):
    model_version = fields.String(required=True)
    invented_data = fields.Boolean(required=True)
    rows = fields.List(fields.Nested(AnswerSchema), required=True)


class ModelSchema(Schema):
    """A model version that has estimated, and what training measured of it."""

    model_version = fields.String(required=True)
    is_champion = fields.Boolean(required=True)
    harm_event = fields.String(required=True)
    horizon_months = fields.Integer(required=True)
    base_rate = fields.Float(required=True)
    invented_data = fields.Boolean(required=True)
    described_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    evaluation = fields.Raw(required=True, allow_none=True)
    features = fields.List(fields.Dict(), required=True)


class ModelsSchema(Schema):
    models = fields.List(fields.Nested(ModelSchema), required=True)


class FeatureChangeSchema(Schema):
    feature = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    now = fields.Raw(required=True, allow_none=True)
    log_odds_before = fields.Float(required=True)
    log_odds_now = fields.Float(required=True)


class ChangeSchema(Schema):
    """One answer in the order given. `changes` is against the estimate before it."""

    estimate_id = fields.UUID(required=True)
    cause = fields.Enum(EstimateCause, by_value=True, required=True)
    given_at = fields.AwareDateTime(required=True, format="iso")
    not_estimated = fields.Enum(NotEstimatedReason, by_value=True, required=True, allow_none=True)
    model_version = fields.String(required=True, allow_none=True)
    probability = fields.Float(required=True, allow_none=True)
    band = fields.Enum(Band, by_value=True, required=True, allow_none=True)
    changes = fields.List(fields.Nested(FeatureChangeSchema), required=True)


class ChangesSchema(Schema):
    answers = fields.List(fields.Nested(ChangeSchema), required=True)
