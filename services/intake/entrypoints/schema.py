"""The schema of a referral, which validates both the API's body and the form."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from services.contracts.codes import (
    Answer,
    ChildrensServices,
    ContactMode,
    Disability,
    DisclosureGateway,
    EducationStatus,
    Ethnicity,
    ExploitationSign,
    Injury,
    Involvement,
    LawfulBasis,
    PoliceTold,
    RecipientClass,
    Sex,
    Strength,
    SubstanceUse,
    Told,
    WhatHappened,
    YoungPersonAnswer,
)
from services.intake.domain import age
from services.intake.domain import content as domain
from services.intake.domain.lawful_basis import ASK_TRIAGE
from services.intake.entrypoints.fields import (
    CodesOrNotKnown,
    nhs_number_field,
    phone_field,
    postcode_field,
)
from services.platform.i18n import N_
from services.platform.web.fields import (
    PersonName,
    StrictBoolean,
    StrictCode,
    StrictDate,
    StrictInteger,
    StrictList,
    StrictSchema,
    StrictString,
    StrictTimestamp,
    StrictUuid,
)

_AGES = ("date_of_birth", "age_about", "age_not_known")
_ASK_WHAT = N_("Select what happened, or “not known”")
_ASK_DANGER = N_("Select yes if the young person is in immediate danger")
ASK_CONTACT = N_("Select a safe way to contact the young person, or “not known”")
_ASK_BASIS = N_("Select why we can share this with them")


def _line(maximum: int = 100) -> StrictString:
    return StrictString(maximum=maximum, allow_none=True)


def _text(maximum: int = 1000) -> StrictString:
    return StrictString(maximum=maximum, lines=True, allow_none=True)


def _yes_or_no() -> StrictBoolean:
    return StrictBoolean(allow_none=True)


class YoungPersonSchema(StrictSchema):
    name = PersonName(allow_none=True)
    other_names = PersonName(maximum=200, allow_none=True)
    date_of_birth = StrictDate(allow_none=True)
    age_about = StrictInteger(minimum=0, maximum=120, allow_none=True)
    age_not_known = StrictBoolean()
    age_disputed = StrictBoolean()
    nhs_number = nhs_number_field()
    phone = phone_field()
    address = _text(300)
    postcode = postcode_field()
    no_fixed_address = _yes_or_no()
    first_language = _line()
    interpreter_needed = _yes_or_no()
    interpreter_language = _line()
    school = _line(200)
    home_local_authority = _line(200)


class ContactSchema(StrictSchema):
    safe = CodesOrNotKnown(ContactMode, ask=ASK_CONTACT)
    note = _text(500)
    do_not = StrictList(StrictCode(domain.DoNotContact), unique=True)
    do_not_note = _text(500)


class IncidentSchema(StrictSchema):
    happened_at = StrictTimestamp(allow_none=True)
    arrived_at = StrictTimestamp(allow_none=True)
    discharge = StrictCode(domain.Discharge, allow_none=True)
    discharge_expected_at = StrictTimestamp(allow_none=True)
    place = StrictCode(domain.Place, allow_none=True)
    place_note = _text(500)
    mechanism = _text(500)


class FactsSchema(StrictSchema):
    """The coded facts that have no question of their own. Names and codes are those of the published language."""

    injury = StrictCode(Injury, allow_none=True)
    violence_attendances_12m = StrictInteger(minimum=0, maximum=50, allow_none=True)
    self_harm_12m = _yes_or_no()
    alcohol_or_drugs_involved = _yes_or_no()
    substance_use = StrictCode(SubstanceUse, allow_none=True)
    mental_health_need = _yes_or_no()
    weapon_believed_present = _yes_or_no()
    retaliation_feared = _yes_or_no()
    siblings_at_risk = _yes_or_no()
    education_status = StrictCode(EducationStatus, allow_none=True)
    often_absent = _yes_or_no()
    looked_after_now = _yes_or_no()
    childrens_services = StrictCode(ChildrensServices, allow_none=True)
    missing_episodes_12m = StrictInteger(minimum=0, maximum=100, allow_none=True)
    exploitation_signs = StrictList(StrictCode(ExploitationSign), unique=True, allow_none=True)
    peers_in_violence = _yes_or_no()
    violence_at_home_12m = _yes_or_no()
    housing_unstable = _yes_or_no()
    police_contacts_12m = StrictInteger(minimum=0, maximum=100, allow_none=True)
    weapon_found_by_police_on = StrictDate(allow_none=True)
    strengths = StrictList(StrictCode(Strength), unique=True, allow_none=True)


class ConcernSchema(StrictSchema):
    concern = _text()
    own_words = _text()
    strengths = _text()


class BasisSchema(StrictSchema):
    recipient_class = StrictCode(RecipientClass, required=True)
    basis = StrictCode(LawfulBasis, required=True, ask=_ASK_BASIS)
    gateway = StrictCode(DisclosureGateway, allow_none=True)
    given_by = PersonName(allow_none=True, label=N_("Who agrees"))
    expires_on = StrictDate(allow_none=True, label=N_("The last day on which we can share this"))


class InformedSchema(StrictSchema):
    young_person = StrictCode(Told, allow_none=True)
    reason = _text(500)
    parent_or_carer = StrictCode(Told, allow_none=True)
    capacity = _text(500)
    refusal = _text(500)
    refused_by = StrictList(StrictCode(domain.RefusedBy), unique=True)
    refused_for = StrictList(StrictCode(RecipientClass), unique=True)


class PoliceSchema(StrictSchema):
    told = StrictCode(PoliceTold, allow_none=True)
    reason = _text(500)


class SafeguardingSchema(StrictSchema):
    childrens_services_referral = StrictCode(domain.ChildrensServicesReferral, allow_none=True)
    social_worker = _line(200)
    trafficking_signs = StrictCode(Answer, allow_none=True)


class OfferSchema(StrictSchema):
    brief_interaction = _yes_or_no()
    mode = StrictCode(ContactMode, allow_none=True)
    made_at = StrictTimestamp(allow_none=True)
    response = StrictCode(YoungPersonAnswer, allow_none=True)


class ReferrerSchema(StrictSchema):
    phone = phone_field()
    callback = _line(200)


class EqualitySchema(StrictSchema):
    """The young person's own answers."""

    ethnicity = StrictCode(Ethnicity, allow_none=True)
    sex = StrictCode(Sex, allow_none=True)
    gender = _line()
    disability = StrictCode(Disability, allow_none=True)


class ReferralSchema(StrictSchema):
    read_only = (
        "id", "reference", "version", "person_id", "referred_by", "received_at", "created_at", "amended_at", "source",
        "step", "withdrawn_at", "score", "estimate", "band", "decision", "reviewer_id", "org_id", "organisation_id",
        "role", "age_basis", "age", "question",
    )  # fmt: skip

    young_person = fields.Nested(YoungPersonSchema, load_default=dict)
    what_happened = CodesOrNotKnown(WhatHappened, ask=_ASK_WHAT)
    immediate_danger = StrictCode(Answer, required=True, ask=_ASK_DANGER)
    danger_note = _text(500)
    contact = fields.Nested(ContactSchema, required=True, error_messages={"required": ASK_CONTACT})
    bases = StrictList(fields.Nested(BasisSchema), maximum=len(RecipientClass), load_default=list)
    involvement = StrictList(StrictCode(Involvement), unique=True)
    concern = fields.Nested(ConcernSchema)
    told = fields.Nested(InformedSchema)
    police = fields.Nested(PoliceSchema)
    incident = fields.Nested(IncidentSchema)
    facts = fields.Nested(FactsSchema)
    safeguarding = fields.Nested(SafeguardingSchema)
    offer = fields.Nested(OfferSchema)
    referrer = fields.Nested(ReferrerSchema)
    equality = fields.Nested(EqualitySchema)
    area = _line(64)
    site = _line(64)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _asks_all_at_once(self, _: Any, original: Any, **__: Any) -> None:
        """The two required answers that are no one field's: asked for together with everything else that is missing."""
        missing: dict[str, Any] = {}
        if not any(name in _object(original, "young_person") for name in _AGES):
            missing["young_person"] = {"date_of_birth": [age.ASK]}
        rows = original.get("bases") if isinstance(original, Mapping) else None
        named = [_object(row).get("recipient_class") for row in rows] if isinstance(rows, list) else []
        if RecipientClass.TRIAGE.value not in named:
            missing["bases"] = [ASK_TRIAGE]
        if missing:
            raise ValidationError(missing)


class AmendmentSchema(ReferralSchema):
    """A complete new version of a referral, with the answer to a reviewer's question, if any."""

    answer = _text()
    answers_question = StrictUuid(allow_none=True)


def content_from(loaded: Mapping[str, Any]) -> domain.Content:
    """Returns the domain's content from the schema's loaded data."""
    told = dict(loaded.get("told", {}))
    refused = {name: tuple(told.get(name, ())) for name in ("refused_by", "refused_for")}
    return domain.Content(
        young_person=domain.YoungPerson(**loaded["young_person"]),
        what_happened=tuple(loaded["what_happened"]),
        immediate_danger=loaded["immediate_danger"],
        danger_note=loaded.get("danger_note"),
        contact=contact_from(loaded["contact"]),
        bases=tuple(domain.Basis(**basis) for basis in loaded["bases"]),
        involvement=tuple(loaded.get("involvement", ())),
        facts=_told(loaded.get("facts", {})),
        incident=domain.Incident(**loaded.get("incident", {})),
        concern=domain.Concern(**loaded.get("concern", {})),
        disclosure=domain.Informed(**told | refused),
        police=domain.Police(**loaded.get("police", {})),
        safeguarding=domain.Safeguarding(**loaded.get("safeguarding", {})),
        offer=domain.Offer(**loaded.get("offer", {})),
        referrer=domain.Referrer(**loaded.get("referrer", {})),
        equality=domain.Equality(**loaded.get("equality", {})),
        answer=loaded.get("answer"),
        answers_question=loaded.get("answers_question"),
    )


def contact_from(loaded: Mapping[str, Any]) -> domain.Contact:
    ways = {"safe": tuple(loaded["safe"]), "do_not": tuple(loaded.get("do_not", ()))}
    return domain.Contact(**dict(loaded) | ways)


def _object(value: Any, name: str | None = None) -> Mapping[str, Any]:
    """The value, or what it has by a name, if that is an object; else an empty one."""
    found = value.get(name) if name is not None and isinstance(value, Mapping) else value
    return found if isinstance(found, Mapping) else {}


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Absent, null and an empty list of signs all mean: not known."""
    return {name: value for name, value in facts.items() if value is not None and value != []}
