"""Schemas of the API of reviews, with a complete example of each request body."""

from typing import Any

from marshmallow import Schema, fields

from services.casework.domain.alarm import AlarmReason
from services.casework.domain.decision import ProposalOutcome
from services.casework.domain.review import ReviewState
from services.casework.entrypoints.alarm_api_schemas import AlarmOfReferral
from services.casework.entrypoints.contribution_labels import Direction
from services.casework.entrypoints.referral_api_schemas import VersionChangeItem
from services.contracts.codes import (
    AgeBasis,
    Band,
    DisclosureGateway,
    EstimateCause,
    LawfulBasis,
    NotEstimatedReason,
    OrganisationClass,
    Pathway,
    Question,
    RecipientClass,
    Source,
    SupportLevel,
    Sureness,
    WithdrawalReason,
)


def _code(codes: Any) -> fields.Field[Any]:
    return fields.Enum(codes, by_value=True, allow_none=True)


class ReviewQuery(Schema):
    referral_id = fields.UUID(metadata={"description": "Only the newest review of this referral, open or not"})
    limit = fields.String(metadata={"description": "At most this many, 1 to 100"})
    cursor = fields.String(metadata={"description": "The next_cursor of the page before"})


class ReviewItem(Schema):
    """One review in a list. Nothing in it comes from an estimate."""

    id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    referral_version = fields.Integer(required=True)
    reference = fields.String(required=True)
    state = _code(ReviewState)
    due_at = fields.AwareDateTime(required=True)
    paused_at = fields.AwareDateTime(allow_none=True)
    pause_ends_at = fields.AwareDateTime(allow_none=True)
    unanswered = fields.Boolean(
        required=True, metadata={"description": "The pause is over, and the referrer has not answered"}
    )
    leaves_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When they are expected to leave hospital"}
    )
    danger = fields.Boolean(required=True)
    initials = fields.String(allow_none=True)
    age = fields.Integer(allow_none=True, metadata={"description": "Today's"})
    details_arrived = fields.Boolean(required=True)
    claimed_by = fields.UUID(allow_none=True)
    claim_expires_at = fields.AwareDateTime(allow_none=True)
    withdrawal_asked = fields.Boolean(required=True)
    source = _code(Source)
    version = fields.Integer(required=True)
    revision = fields.Integer(required=True, metadata={"description": "What the ETag of the review holds"})
    alarm_reasons = fields.List(fields.Enum(AlarmReason, by_value=True), required=True)


class ReviewItems(Schema):
    items = fields.List(fields.Nested(ReviewItem), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class BasisItem(Schema):
    recipient_class = _code(RecipientClass)
    basis = _code(LawfulBasis)
    gateway = _code(DisclosureGateway)
    expires_on = fields.Date(allow_none=True)
    added_by = fields.UUID(allow_none=True)
    reason = fields.String(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class WithdrawalItem(Schema):
    """The referrer's request to withdraw; withdrawn consent covers no team from then on."""

    reason = _code(WithdrawalReason)
    withdrawn_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(allow_none=True)
    readable_until = fields.AwareDateTime(allow_none=True)


class ConsentWithdrawalItem(Schema):
    review_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    withdrawn_at = fields.AwareDateTime(required=True)


class ConsentWithdrawalItems(Schema):
    items = fields.List(fields.Nested(ConsentWithdrawalItem), required=True)


class MatchItem(Schema):
    id = fields.UUID(required=True)
    state = fields.String(required=True)
    other_reference = fields.String(required=True)
    agreeing = fields.List(fields.String())
    contradicting = fields.List(fields.String())


class DecisionItem(Schema):
    level = _code(SupportLevel)
    pathway = _code(Pathway)
    reasons = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)
    decided_by_name = fields.String(allow_none=True)
    team_name = fields.String(allow_none=True)


class LevelItem(Schema):
    """The pathways of a level of support, and whether a second reviewer must agree."""

    level = _code(SupportLevel)
    pathways = fields.List(_code(Pathway), required=True)
    needs_agreement = fields.Boolean(required=True)


class ProposalItem(Schema):
    """A decision that needs a second reviewer's agreement; `outcome` is null while it waits."""

    proposed_by = fields.UUID(required=True)
    proposed_by_name = fields.String(allow_none=True)
    proposed_at = fields.AwareDateTime(required=True)
    referral_version = fields.Integer(required=True)
    level = _code(SupportLevel)
    pathway = _code(Pathway)
    team_name = fields.String(allow_none=True)
    reasons = fields.String(required=True)
    outcome = _code(ProposalOutcome)
    ended_at = fields.AwareDateTime(allow_none=True)
    ended_by = fields.UUID(allow_none=True)
    ended_by_name = fields.String(allow_none=True)
    ended_reason = fields.String(allow_none=True)


class RouteItem(Schema):
    """A pathway that goes to a team: `team` is proposed; `blocked`: no lawful basis covers it."""

    pathway = _code(Pathway)
    team = fields.String(allow_none=True)
    others = fields.List(fields.String())
    blocked = fields.Boolean()


class OpenCaseItem(Schema):
    """A case of the young person's other referral, which the caller may read too."""

    team_name = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)


class RoundItem(Schema):
    """The decision of an earlier round."""

    id = fields.UUID(required=True)
    round = fields.Integer(required=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    level = _code(SupportLevel)
    pathway = _code(Pathway)


class ReviewAnswer(ReviewItem):
    """Everything on which a reviewer decides, except the estimate."""

    area = fields.String(required=True)
    age_basis = _code(AgeBasis)
    referred_by_class = _code(OrganisationClass)
    received_at = fields.AwareDateTime(required=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Raw())
    circumstances = fields.Dict(keys=fields.String(), values=fields.Raw())
    name = fields.String(allow_none=True)
    date_of_birth = fields.Date(allow_none=True)
    told = fields.Dict(attribute="details", keys=fields.String(), values=fields.Raw(), allow_none=True)
    texts = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    bases = fields.List(fields.Nested(BasisItem))
    withdrawal = fields.Nested(WithdrawalItem, allow_none=True)
    matches = fields.List(fields.Nested(MatchItem))
    question = _code(Question)
    decision = fields.Nested(DecisionItem, allow_none=True)
    proposals = fields.List(fields.Nested(ProposalItem))
    changes = fields.List(
        fields.Nested(VersionChangeItem), metadata={"description": "What the referrer changed, newest first"}
    )
    as_decided = fields.Boolean(
        metadata={
            "description": "Whether facts, identity and texts are those of the version that the review ended with"
        }
    )
    age_at_referral = fields.Integer(allow_none=True)
    proposed_pathway = _code(Pathway)
    routes = fields.List(fields.Nested(RouteItem))
    levels = fields.List(fields.Nested(LevelItem))
    alarms = fields.List(fields.Nested(AlarmOfReferral), required=True)
    round = fields.Integer(required=True)
    earlier_rounds = fields.List(fields.Nested(RoundItem), required=True)
    newest_id = fields.UUID(required=True)
    open_cases = fields.List(fields.Nested(OpenCaseItem), required=True)


class OwnViewItem(Schema):
    level = _code(SupportLevel)
    sureness = _code(Sureness)
    why = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    shown_at = fields.AwareDateTime(allow_none=True)


class SourceItem(Schema):
    referral_id = fields.UUID(required=True)
    source = _code(Source)


class MovedItem(Schema):
    """Base and contributions sum to the estimate, in log-odds.

    `source_referral_id` and `source` are the earlier referral of the same area that the value comes from; for a count,
    the newest one, with the others in `further_sources`. They are null if the value is this referral's own.
    """

    feature = fields.String(required=True)
    label = fields.String(required=True)
    wording = fields.String(required=True, metadata={"description": "Label and value as one sentence"})
    direction = _code(Direction)
    few_seen = fields.Boolean(required=True)
    caution = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "When `few_seen`: the model has seen too few with this value to be sure what it means"
        },
    )
    domain = fields.String(required=True)
    origin = fields.String(
        required=True, allow_none=True, metadata={"description": "Who gave the value; null when it is not known"}
    )
    police_generated = fields.Boolean(
        required=True, metadata={"description": "About contact with the police, or stated by the police"}
    )
    source_referral_id = fields.UUID(required=True, allow_none=True)
    source = _code(Source)
    further_sources = fields.List(fields.Nested(SourceItem), required=True)
    value = fields.Raw(allow_none=True)
    observed_on = fields.Date(allow_none=True)
    log_odds = fields.Float(required=True)


class EstimatedItem(Schema):
    probability = fields.Float(required=True)
    interval = fields.List(fields.Float(), allow_none=True)
    band = _code(Band)
    base_rate = fields.Float(required=True)
    base_log_odds = fields.Float(required=True)
    contributions = fields.List(fields.Nested(MovedItem))
    harm_event = fields.String(required=True)
    horizon_months = fields.Integer(required=True)
    model_version = fields.String(required=True)
    invented_data = fields.Boolean(required=True)
    sparse = fields.Boolean(
        required=True, metadata={"description": "Based on few answers: never to be shown without saying so first"}
    )
    estimated_at = fields.AwareDateTime(required=True)


class ReplacedItem(Schema):
    """An estimate that the caller was shown, and why it was replaced. Nothing else of it is shown again."""

    shown_at = fields.AwareDateTime(required=True)
    probability = fields.Float(allow_none=True)
    band = _code(Band)
    model_version = fields.String(allow_none=True)
    known_answers = fields.Integer(allow_none=True)
    all_answers = fields.Integer(allow_none=True)
    cause = _code(EstimateCause)


class EstimateAnswer(Schema):
    """The caller's own view with `estimate` or `not_estimated`; both null if there is none to show.

    `replaced` are the estimates that the caller was shown before this one, oldest first.
    """

    own_view = fields.Nested(OwnViewItem, required=True)
    estimate = fields.Nested(EstimatedItem, allow_none=True)
    not_estimated = _code(NotEstimatedReason)
    missing = fields.List(fields.String(), required=True)
    known_answers = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Known, of all answers that the model takes"}
    )
    all_answers = fields.Integer(required=True, allow_none=True)
    min_answers = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How many an estimate needs, when there were too few"}
    )
    replaced = fields.List(fields.Nested(ReplacedItem), required=True)


class Made(Schema):
    location = fields.String(required=True)


EXAMPLES: dict[str, dict[str, Any]] = {
    "claim": {"take_over": False},
    "nothing": {},
    "own_view": {
        "level": "planned",
        "sureness": "fairly",
        "why": "Hurt twice this year, but wants help and has a coach he trusts.",
    },
    "decision": {
        "level": "planned",
        "pathway": "early_intervention",
        "team": "early-help",
        "reasons": "Wants help with college. His coach and his aunt support him.",
        "difference_reasons": ["strengths_and_protection"],
    },
    "agreement": {"agree": True, "reason": "I spoke to the ward: his aunt stays with him, and the flat is safe."},
    "question": {"question": "safe_contact"},
    "later": {"on": "2026-11-27"},
    "basis": {
        "recipient": "support_service",
        "basis": "safeguarding",
        "gateway": None,
        "reason": "He is 15 and afraid to go home; support cannot wait for his answer.",
    },
}
"""Request bodies that the demonstration accepts unchanged for a review in that state."""
