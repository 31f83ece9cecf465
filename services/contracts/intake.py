"""Events that intake publishes: referrals and persons, with identities in events of their own."""

from marshmallow import fields, validate

from services.contracts import topics
from services.contracts.codes import (
    AgeBasis,
    Answer,
    ChildrensServices,
    Disability,
    DisclosureGateway,
    EducationStatus,
    Ethnicity,
    ExploitationSign,
    Injury,
    Involvement,
    LawfulBasis,
    OrganisationClass,
    PoliceTold,
    RecipientClass,
    Sex,
    Source,
    Strength,
    SubstanceUse,
    Told,
    WhatHappened,
    WithdrawalReason,
)
from services.contracts.lost_events import LostEventsRequested
from services.contracts.republish import RepublishCompleted
from services.contracts.schema import EventSchema, Part, code, code_list, timestamp


class ReferredBy(Part):
    """Who referred. `staff_id` is the account that sent it, a person's or a partner system's; both ids are null for
    self and family.
    """

    staff_id = fields.UUID(allow_none=True, load_default=None)
    organisation_id = fields.UUID(allow_none=True, load_default=None)
    organisation_class = code(OrganisationClass, allow_none=True, load_default=None)


class Basis(Part):
    """Why a referral may be shared with one class of recipient."""

    recipient_class = code(RecipientClass, required=True)
    basis = code(LawfulBasis, required=True)
    gateway = code(DisclosureGateway, allow_none=True, load_default=None)
    expires_on = fields.Date(allow_none=True, load_default=None)
    """The last day on which it applies; null without an end."""


class Facts(Part):
    """The coded facts of a referral. Every field is optional; null or absent means not known."""

    what_happened = code_list(WhatHappened, load_default=list)
    involvement = code_list(Involvement, load_default=list)
    injury = code(Injury, allow_none=True, load_default=None)
    immediate_danger = code(Answer, allow_none=True, load_default=None)
    violence_attendances_12m = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, 50))
    self_harm_12m = fields.Boolean(allow_none=True, load_default=None)
    alcohol_or_drugs_involved = fields.Boolean(allow_none=True, load_default=None)
    substance_use = code(SubstanceUse, allow_none=True, load_default=None)
    mental_health_need = fields.Boolean(allow_none=True, load_default=None)
    weapon_believed_present = fields.Boolean(allow_none=True, load_default=None)
    retaliation_feared = fields.Boolean(allow_none=True, load_default=None)
    siblings_at_risk = fields.Boolean(allow_none=True, load_default=None)
    education_status = code(EducationStatus, allow_none=True, load_default=None)
    often_absent = fields.Boolean(allow_none=True, load_default=None)
    looked_after_now = fields.Boolean(allow_none=True, load_default=None)
    childrens_services = code(ChildrensServices, allow_none=True, load_default=None)
    missing_episodes_12m = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, 100))
    exploitation_signs = code_list(ExploitationSign, allow_none=True, load_default=None)
    peers_in_violence = fields.Boolean(allow_none=True, load_default=None)
    violence_at_home_12m = fields.Boolean(allow_none=True, load_default=None)
    housing_unstable = fields.Boolean(allow_none=True, load_default=None)
    police_contacts_12m = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, 100))
    weapon_found_by_police_on = fields.Date(allow_none=True, load_default=None)
    strengths = code_list(Strength, allow_none=True, load_default=None)


class _ReferralV1(EventSchema):
    """Fields of received and amended referrals: codes only, the complete current referral."""

    topic = topics.REFERRALS.name
    key = "person_id"

    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    reference = fields.String(required=True)
    person_id = fields.UUID(required=True)
    received_at = timestamp(required=True)
    amended_at = timestamp(allow_none=True, load_default=None)
    source = code(Source, required=True)
    area = fields.String(required=True)
    site = fields.String(allow_none=True, load_default=None)
    referred_by = fields.Nested(ReferredBy, required=True)
    age = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, 120))
    age_basis = code(AgeBasis, required=True)
    facts = fields.Nested(Facts, required=True)
    bases = fields.List(fields.Nested(Basis), required=True)
    told_young_person = code(Told, allow_none=True, load_default=None)
    police_told = code(PoliceTold, allow_none=True, load_default=None)
    interpreter_needed = fields.Boolean(allow_none=True, load_default=None)
    arrived_at = timestamp(allow_none=True, load_default=None)
    discharge_expected_at = timestamp(allow_none=True, load_default=None)
    patient_information = fields.Boolean(allow_none=True, load_default=None)
    """Whether anything in it is about somebody's health, care or treatment; null where the writer did not state it."""
    answers_question = fields.UUID(allow_none=True, load_default=None)
    """The question that this amendment answers, when a reviewer asked one."""


class ReferralReceivedV1(_ReferralV1):
    """A referral was accepted. Published once per referral."""

    type = "intake.referral.received"


class ReferralAmendedV1(_ReferralV1):
    """The referrer changed a referral: a new complete version."""

    type = "intake.referral.amended"


class ReferralWithdrawnV1(EventSchema):
    """The referrer asked to withdraw a referral. Casework decides what happens to the review; a case never closes."""

    type = "intake.referral.withdrawn"
    topic = topics.REFERRALS.name
    key = "person_id"

    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    person_id = fields.UUID(required=True)
    withdrawn_at = timestamp(required=True)
    reason = code(WithdrawalReason, required=True)


class MatchChangedV1(EventSchema):
    """The match of two referrals that may be about the same person was found, decided or undone."""

    type = "intake.match.changed"
    topic = topics.REFERRALS.name
    key = "person_id"

    match_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    person_id = fields.UUID(required=True)
    """The person of the first referral after this change."""
    state = fields.String(required=True, validate=validate.OneOf(["possible", "linked", "not_same", "undone"]))
    referral_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(equal=2))
    person_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(equal=2))
    """The persons of the two referrals after this change: equal when linked."""
    agreeing = fields.List(fields.String(), required=True)
    contradicting = fields.List(fields.String(), required=True)
    changed_at = timestamp(required=True)
    changed_by = fields.UUID(allow_none=True, load_default=None)


class IdentityRecordedV1(EventSchema):
    """Who a referral is about, as given in one version. Read by casework alone."""

    type = "intake.identity.recorded"
    topic = topics.IDENTITIES.name
    key = "referral_id"

    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    name = fields.String(allow_none=True, load_default=None)
    date_of_birth = fields.Date(allow_none=True, load_default=None)
    age_stated = fields.Integer(allow_none=True, load_default=None)
    phone = fields.String(allow_none=True, load_default=None)
    address = fields.String(allow_none=True, load_default=None)
    postcode = fields.String(allow_none=True, load_default=None)
    nhs_number = fields.String(allow_none=True, load_default=None)
    safe_contact = fields.List(fields.String(), required=True)
    safe_contact_note = fields.String(allow_none=True, load_default=None)
    do_not_contact = fields.List(fields.String(), required=True)
    do_not_contact_note = fields.String(allow_none=True, load_default=None)
    interpreter_language = fields.String(allow_none=True, load_default=None)


class NarrativeRecordedV1(EventSchema):
    """The free text of one version of a referral. Read by casework alone."""

    type = "intake.narrative.recorded"
    topic = topics.NARRATIVES.name
    key = "referral_id"

    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    """By name: concern, own_words, strengths, told_reason, police_reason, immediate_danger, …; answer_<question> for each that was asked."""


class EqualityRecordedV1(EventSchema):
    """Ethnicity, sex and disability as the young person stated them. Never a feature, never shown to a decider."""

    type = "intake.equality.recorded"
    topic = topics.INTAKE_EQUALITY.name
    key = "person_id"

    person_id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    ethnicity = code(Ethnicity, allow_none=True, load_default=None)
    sex = code(Sex, allow_none=True, load_default=None)
    disability = code(Disability, allow_none=True, load_default=None)
    recorded_at = timestamp(required=True)


class RepublishCompletedV1(RepublishCompleted):
    type = "intake.republish.completed"
    topic = topics.REFERRALS.name


class LostEventsRequestedV1(LostEventsRequested):
    """Events of other services never arrived."""

    type = "intake.lost_events.requested"
    topic = topics.INTAKE_LOST_EVENT_REQUESTS.name
