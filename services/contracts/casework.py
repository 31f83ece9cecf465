"""Events that casework publishes: reviews, decisions, cases, outcomes, and the step a referrer may see."""

from marshmallow import fields, validate

from services.contracts import topics
from services.contracts.codes import (
    Band,
    CloseReason,
    ContactMode,
    DifferenceReason,
    Disability,
    Ethnicity,
    Outcome,
    Pathway,
    ProgressStep,
    Question,
    RecipientClass,
    Sex,
    SupportLevel,
    Sureness,
    UnassignReason,
    YoungPersonAnswer,
)
from services.contracts.lost_events import EventsListed
from services.contracts.republish import RepublishCompleted, RepublishRequested
from services.contracts.schema import EventSchema, code, code_list, timestamp


class _ReviewEvent(EventSchema):
    topic = topics.REVIEWS.name
    key = "person_id"

    review_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    referral_id = fields.UUID(required=True)
    referral_version = fields.Integer(required=True)
    person_id = fields.UUID(required=True)
    area = fields.String(required=True)
    at = timestamp(required=True)


class ReviewOpenedV1(_ReviewEvent):
    """A referral waits for a reviewer."""

    type = "casework.review.opened"


class ReviewClaimedV1(_ReviewEvent):
    """A reviewer claimed the review."""

    type = "casework.review.claimed"


class OwnViewRecordedV1(_ReviewEvent):
    """A reviewer recorded their own view before any estimate was shown."""

    type = "casework.review.own_view_recorded"

    level = code(SupportLevel, required=True)
    sureness = code(Sureness, required=True)
    estimate_seen_before = fields.Boolean(required=True)


class QuestionAskedV1(_ReviewEvent):
    """The review waits for the referrer's answer."""

    type = "casework.review.question_asked"

    question = code(Question, required=True)


class ReviewDecidedV1(_ReviewEvent):
    """A person decided. `band` is the band shown, null when decided without the estimate."""

    type = "casework.review.decided"

    level = code(SupportLevel, required=True)
    pathway = code(Pathway, required=True)
    own_level = code(SupportLevel, required=True)
    band = code(Band, allow_none=True, load_default=None)
    agrees = fields.Boolean(allow_none=True, load_default=None)
    agreement_table = fields.Integer(required=True)
    difference_reasons = code_list(DifferenceReason, required=True)
    model_version = fields.String(allow_none=True, load_default=None)
    own_view_at = timestamp(required=True)
    shown_at = timestamp(allow_none=True, load_default=None)
    team_id = fields.UUID(allow_none=True, load_default=None)


class ReviewClosedV1(_ReviewEvent):
    """A review ended without a decision: the referral was withdrawn and a person confirmed it."""

    type = "casework.review.closed"


class _CaseEvent(EventSchema):
    topic = topics.CASES.name
    key = "person_id"

    case_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    referral_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    team_id = fields.UUID(required=True)
    team_class = code(RecipientClass, required=True)
    area = fields.String(required=True)
    at = timestamp(required=True)


class CaseOpenedV1(_CaseEvent):
    """A case, or a hand-over depending on the team's class, is on a team's queue."""

    type = "casework.case.opened"

    pathway = code(Pathway, required=True)
    due_at = timestamp(required=True)


class CaseAssignedV1(_CaseEvent):
    type = "casework.case.assigned"


class CaseUnassignedV1(_CaseEvent):
    """The case is unassigned and back on its team's queue."""

    type = "casework.case.unassigned"
    counted_by = "reason"

    reason = code(UnassignReason, required=True)


class HandOverConfirmedV1(_CaseEvent):
    """The receiving service confirmed that it accepted the referral."""

    type = "casework.case.hand_over_confirmed"


class ContactAttemptedV1(_CaseEvent):
    type = "casework.case.contact_attempted"

    mode = code(ContactMode, required=True)
    reached = fields.Boolean(required=True)


class FirstContactMadeV1(_CaseEvent):
    type = "casework.case.first_contact_made"

    mode = code(ContactMode, required=True)
    answer = code(YoungPersonAnswer, allow_none=True, load_default=None)


class CaseClosedV1(_CaseEvent):
    type = "casework.case.closed"

    reason = code(CloseReason, required=True)


class CaseReopenedV1(_CaseEvent):
    """A closure was undone: the case is back on its team's queue."""

    type = "casework.case.reopened"


class OutcomeRecordedV1(EventSchema):
    """The result of the support. Read by scoring (the next training set) and oversight."""

    type = "casework.outcome.recorded"
    topic = topics.OUTCOMES.name
    key = "person_id"

    outcome_id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    referral_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    outcome = code(Outcome, required=True)
    at = timestamp(required=True)


class ProgressMadeV1(EventSchema):
    """The step that the referrer may see, and the question put to them, if any."""

    type = "casework.progress.made"
    topic = topics.PROGRESS.name
    key = "referral_id"

    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    step = code(ProgressStep, required=True)
    question = code(Question, allow_none=True, load_default=None)
    question_id = fields.UUID(allow_none=True, load_default=None)
    at = timestamp(required=True)
    referral_version = fields.Integer(allow_none=True, load_default=None)
    """The newest version of the referral that casework received. Published with an unchanged step when only it rises."""


class EqualityRecordedV1(EventSchema):
    """Ethnicity, sex and disability as the young person stated them at first contact."""

    type = "casework.equality.recorded"
    topic = topics.CASEWORK_EQUALITY.name
    key = "person_id"

    person_id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    ethnicity = code(Ethnicity, allow_none=True, load_default=None)
    sex = code(Sex, allow_none=True, load_default=None)
    disability = code(Disability, allow_none=True, load_default=None)
    recorded_at = timestamp(required=True)


class RepublishRequestedV1(RepublishRequested):
    """A review lacks something that its owner holds: a name, a text, an estimate."""

    type = "casework.republish.requested"
    topic = topics.CASEWORK_REPUBLISH_REQUESTS.name


class RepublishCompletedV1(RepublishCompleted):
    type = "casework.republish.completed"
    topic = topics.REVIEWS.name


class EventsListedV1(EventsListed):
    """Events that casework sent, from which its readers find and request lost ones."""

    type = "casework.events.listed"
    topic = topics.CASEWORK_PUBLISHED_LISTS.name
