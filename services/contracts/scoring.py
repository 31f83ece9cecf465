"""Events that scoring publishes: an estimate with its explanation, or why there is none."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from services.contracts import topics
from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source
from services.contracts.lost_events import LostEventsRequested
from services.contracts.republish import RepublishCompleted
from services.contracts.schema import EventSchema, Part, code, timestamp


class SourceReferral(Part):
    """An earlier referral that a value comes from, with its source."""

    referral_id = fields.UUID(required=True)
    source = code(Source, required=True)


class Contribution(Part):
    """How much one feature moved the estimate, in log-odds. The base and all contributions sum to the estimate.

    `source_referral_id` and `source` name the earlier referral of the same area that the value comes from, the newest
    one of a count, whose others are `further_sources`; null when it comes from this referral itself. `origin` is the
    kind of record that such a feature is about, whatever the source of this value. `few_seen`: the model has seen too few young
    people with this value to have learned what it means.
    """

    feature = fields.String(required=True)
    value = fields.Raw(allow_none=True, load_default=None)
    observed_on = fields.Date(allow_none=True, load_default=None)
    origin = fields.String(required=True)
    log_odds = fields.Float(required=True, allow_nan=False)
    source_referral_id = fields.UUID(allow_none=True, load_default=None)
    source = code(Source, allow_none=True, load_default=None)
    further_sources = fields.List(fields.Nested(SourceReferral), load_default=list)
    few_seen = fields.Boolean(load_default=False)


class ReferralEstimatedV1(EventSchema):
    """One version of a referral was estimated. The newest per (referral, version) is current.

    `known_answers` of `all_answers` that the model takes were known. A `sparse` estimate is based on few: it must not
    be shown without a notice.
    """

    type = "scoring.referral.estimated"
    topic = topics.ESTIMATES.name
    key = "person_id"
    counted_by = "model_version"

    estimate_id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    referral_version = fields.Integer(required=True, validate=validate.Range(min=1))
    sequence = fields.Integer(required=True, validate=validate.Range(min=1))
    """Rises with every estimate or refusal of the same referral."""
    person_id = fields.UUID(required=True)
    probability = fields.Float(required=True, validate=validate.Range(0, 1))
    interval_low = fields.Float(allow_none=True, load_default=None)
    interval_high = fields.Float(allow_none=True, load_default=None)
    band = code(Band, required=True)
    base_rate = fields.Float(required=True, validate=validate.Range(0, 1))
    base_log_odds = fields.Float(required=True, allow_nan=False)
    contributions = fields.List(fields.Nested(Contribution), required=True)
    missing = fields.List(fields.String(), required=True)
    model_version = fields.String(required=True)
    invented_data = fields.Boolean(required=True)
    known_answers = fields.Integer(allow_none=True, load_default=None)
    all_answers = fields.Integer(allow_none=True, load_default=None)
    sparse = fields.Boolean(load_default=False)
    cause = code(EstimateCause, required=True)
    estimated_at = timestamp(required=True)


class ReferralNotEstimatedV1(EventSchema):
    """One version of a referral has no estimate, and this is why.

    `drawn_on` are the earlier referrals of the same area whose answers were used: what is known and missing
    reveals something about them too. `min_answers` is how many answers an estimate needs, when too few were known.
    """

    type = "scoring.referral.not_estimated"
    topic = topics.ESTIMATES.name
    key = "person_id"
    counted_by = "reason"

    referral_id = fields.UUID(required=True)
    referral_version = fields.Integer(required=True, validate=validate.Range(min=1))
    sequence = fields.Integer(required=True, validate=validate.Range(min=1))
    person_id = fields.UUID(required=True)
    reason = code(NotEstimatedReason, required=True)
    missing = fields.List(fields.String(), required=True)
    model_version = fields.String(allow_none=True, load_default=None)
    known_answers = fields.Integer(allow_none=True, load_default=None)
    all_answers = fields.Integer(allow_none=True, load_default=None)
    min_answers = fields.Integer(allow_none=True, load_default=None)
    drawn_on = fields.List(fields.UUID(), load_default=list)
    cause = code(EstimateCause, required=True)
    decided_at = timestamp(required=True)


class DescribedFeature(Part):
    """The label and domain of a feature."""

    feature = fields.String(required=True)
    label = fields.String(required=True)
    domain = fields.String(required=True)
    police_generated = fields.Boolean(required=True)


class FeatureWording(DescribedFeature):
    """The words in which a feature is shown on pages."""

    raised = fields.String(required=True)
    lowered = fields.String(required=True)
    origin = fields.String(required=True)


class FeatureLabel(DescribedFeature):
    """The label of a feature. A value that is `in_days` is a number of days before the referral.

    One that `is_choice` says whether one of a question's answers was selected: “not selected” does not mean “no”.
    """

    in_days = fields.Boolean(required=True)
    is_choice = fields.Boolean(load_default=False)


class DescribedModel(EventSchema):
    """A model version that may now be used: fields of every version of the event."""

    topic = topics.MODELS.name
    key = "model_version"

    model_version = fields.String(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    harm_event = fields.String(required=True)
    horizon_months = fields.Integer(required=True)
    base_rate = fields.Float(required=True, validate=validate.Range(0, 1))
    invented_data = fields.Boolean(required=True)
    described_at = timestamp(required=True)


class ModelDescribedV1(DescribedModel):
    """A model version that may now be used, and sentences that follow the direction of a contribution."""

    type = "scoring.model.described"

    features = fields.List(fields.Nested(FeatureWording), required=True)


class ModelDescribedV2(DescribedModel):
    """A model version that may now be used, and what its features are called. The label of a value depends on the value alone."""

    type = ModelDescribedV1.type
    schema_version = 2
    before = ModelDescribedV1

    features = fields.List(fields.Nested(FeatureLabel), required=True)

    @classmethod
    def upcast(cls, data: dict[str, Any]) -> dict[str, Any]:
        return data | {"features": [feature_label(feature) for feature in data["features"]]}


def feature_label(described: Mapping[str, Any]) -> dict[str, Any]:
    """Converts a feature to the second version. In the first version only the name shows that a value is in days."""
    label = {name: described[name] for name in ("feature", "label", "domain", "police_generated")}
    return label | {
        "in_days": described.get("in_days", described["feature"].endswith("_recency")),
        "is_choice": described.get("is_choice", False),
    }


class RepublishCompletedV1(RepublishCompleted):
    type = "scoring.republish.completed"
    topic = topics.MODELS.name


class LostEventsRequestedV1(LostEventsRequested):
    """Events of other services never arrived."""

    type = "scoring.lost_events.requested"
    topic = topics.SCORING_LOST_EVENT_REQUESTS.name
