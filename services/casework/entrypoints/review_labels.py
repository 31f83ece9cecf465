"""Labels of a review's codes, marked for translation."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from services.casework.domain.decision import ProposalOutcome
from services.casework.domain.review import ReviewState
from services.casework.entrypoints import case_labels
from services.contracts.codes import (
    AgeBasis,
    DifferenceReason,
    DisclosureGateway,
    EstimateCause,
    LawfulBasis,
    NotEstimatedReason,
    OrganisationClass,
    Pathway,
    PoliceTold,
    Question,
    RecipientClass,
    Source,
    Sureness,
    Told,
)
from services.platform.i18n import N_

_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    ReviewState: {
        ReviewState.WAITING: N_("Waiting"),
        ReviewState.BEING_READ: N_("Under review"),
        ReviewState.QUESTION_ASKED: N_("Question asked"),
        ReviewState.AGREEMENT_NEEDED: N_("Second reviewer needed"),
        ReviewState.DECIDED: N_("Decided"),
        ReviewState.CLOSED: N_("Withdrawn"),
    },
    ProposalOutcome: {
        ProposalOutcome.AGREED: N_("Agreed"),
        ProposalOutcome.REFUSED: N_("Not agreed"),
        ProposalOutcome.REPLACED: N_("Replaced by another decision or proposal"),
        ProposalOutcome.FACTS_CHANGED: N_("The referrer updated the referral"),
        ProposalOutcome.WITHDRAWN: N_("The referral was withdrawn"),
    },
    Sureness: {
        Sureness.VERY: N_("Very sure"),
        Sureness.FAIRLY: N_("Fairly sure"),
        Sureness.NOT_SURE: N_("Not sure"),
    },
    Pathway: {
        Pathway.YOUTH_JUSTICE: N_("Youth justice"),
        Pathway.EARLY_INTERVENTION: N_("Early intervention"),
        Pathway.SAFEGUARDING: N_("Safeguarding"),
        Pathway.ADULT_SERVICES: N_("Adult services"),
        Pathway.UNIVERSAL_SUPPORT: N_("Signpost to universal services (no case opened)"),
        Pathway.NO_FURTHER_ACTION: N_("No further action"),
    },
    DifferenceReason: {
        DifferenceReason.INFORMATION_MODEL_LACKS: N_("I know something that the model does not"),
        DifferenceReason.INFORMATION_WRONG: N_("Some of the information is wrong"),
        DifferenceReason.STRENGTHS_AND_PROTECTION: N_("Strengths and people who protect them"),
        DifferenceReason.SERVICE_AVAILABILITY: N_("Which services are available"),
        DifferenceReason.OTHER: N_("Another reason, given above"),
    },
    Question: {
        Question.SAFE_CONTACT: N_("What is a safe way to contact the young person?"),
        Question.WHAT_HAPPENED: N_("What happened?"),
        Question.IMMEDIATE_SAFETY: N_("Is the young person safe now?"),
        Question.AGE: N_("How old is the young person?"),
        Question.WHO_MAY_BE_TOLD: N_("Who can this be shared with, and on what lawful basis?"),
        Question.OTHER_SERVICES_INVOLVED: N_("Which other services are involved?"),
        Question.STRENGTHS: N_("What and who helps the young person?"),
    },
    RecipientClass: {
        RecipientClass.TRIAGE: N_("The triage team"),
        RecipientClass.SUPPORT_SERVICE: N_("A support service"),
        RecipientClass.CHILDRENS_SERVICES: N_("Children’s services"),
        RecipientClass.YOUTH_JUSTICE: N_("The youth justice service"),
        RecipientClass.ADULT_SERVICES: N_("Adult services"),
        RecipientClass.POLICE: N_("The police"),
    },
    LawfulBasis: {
        LawfulBasis.CONSENT_YOUNG_PERSON: N_("Consent of the young person"),
        LawfulBasis.CONSENT_PARENT_OR_CARER: N_("Consent of a parent or carer"),
        LawfulBasis.SAFEGUARDING: N_("Safeguarding a child or an adult at risk"),
        LawfulBasis.PUBLIC_INTEREST: N_("Public interest (risk of serious harm)"),
        LawfulBasis.PUBLIC_TASK: N_("Public task"),
        LawfulBasis.LEGAL_OBLIGATION: N_("Legal obligation"),
    },
    DisclosureGateway: {
        DisclosureGateway.SERIOUS_VIOLENCE_DUTY: N_("Serious Violence Duty"),
        DisclosureGateway.CRIME_AND_DISORDER: N_("Crime and Disorder Act 1998, section 115"),
    },
    Source: {
        Source.AE_NAVIGATOR: N_("A&E navigator"),
        Source.HKC_SCREENING: N_("Knife-carrying concern (police screening)"),
        Source.SCHOOL: N_("School or college"),
        Source.CUSTODY: N_("Custody"),
        Source.POLICE: N_("Police"),
        Source.PARTNER_SYSTEM: N_("A partner’s system"),
        Source.SELF_OR_FAMILY: N_("The young person or their family"),
    },
    OrganisationClass: {
        OrganisationClass.HEALTH: N_("Health"),
        OrganisationClass.SOCIAL_CARE: N_("Social care"),
        OrganisationClass.LOCAL_AUTHORITY: N_("Council"),
        OrganisationClass.YOUTH_JUSTICE: N_("Youth justice"),
        OrganisationClass.POLICE: N_("Police"),
        OrganisationClass.LOCAL_POLICING_BODY: N_("Police and crime commissioner"),
        OrganisationClass.PROBATION: N_("Probation"),
        OrganisationClass.FIRE_AND_RESCUE: N_("Fire and rescue"),
        OrganisationClass.EDUCATION: N_("Education"),
        OrganisationClass.PRISON: N_("Prison"),
        OrganisationClass.YOUTH_CUSTODY: N_("Youth custody"),
        OrganisationClass.VOLUNTARY: N_("Voluntary"),
    },
    Told: {
        Told.YES: N_("Yes"),
        Told.NO: N_("No"),
        Told.NOT_YET: N_("Not yet"),
    },
    PoliceTold: {
        PoliceTold.YES: N_("Yes"),
        PoliceTold.NOT_YET: N_("Not yet"),
        PoliceTold.DECIDED_NOT: N_("Decided not to"),
    },
    AgeBasis: {
        AgeBasis.DATE_OF_BIRTH: N_("from the date of birth"),
        AgeBasis.ESTIMATED: N_("estimated"),
        AgeBasis.DISPUTED: N_("disputed: treated as under 18"),
        AgeBasis.NOT_KNOWN: N_("not known: treated as under 18"),
    },
    EstimateCause: {
        EstimateCause.RECEIVED: N_("An earlier referral about the same young person arrived late."),
        EstimateCause.AMENDED: N_("An earlier referral about the same young person was changed."),
        EstimateCause.PERSONS_LINKED: N_("Another referral was linked: it is about the same young person."),
        EstimateCause.PERSONS_UNLINKED: N_(
            "A link to another referral was undone: they are not about the same young person."
        ),
        EstimateCause.SOURCE_WITHDRAWN: N_("An earlier referral about the same young person was withdrawn."),
        EstimateCause.NEW_MODEL: N_("Another version of the model is used now."),
    },
    NotEstimatedReason: {
        NotEstimatedReason.TOO_LITTLE_INFORMATION: N_("The referral has too little information for an estimate."),
        NotEstimatedReason.OUT_OF_RANGE: N_(
            "Something in the referral is outside what the model was trained on, so there is no estimate."
        ),
        NotEstimatedReason.MODEL_UNAVAILABLE: N_("The model was not available when this referral was received."),
        NotEstimatedReason.TURNED_OFF: N_("Estimates are turned off."),
        NotEstimatedReason.MODEL_TRAINED_ON_INVENTED_DATA: N_(
            "The model was trained on invented data, so it says nothing about a real young person."
        ),
    },
}
_AGREEING = {
    "name": N_("name"),
    "date_of_birth": N_("date of birth"),
    "postcode": N_("postcode"),
    "phone": N_("phone number"),
    "nhs_number": N_("NHS number"),
    "age": N_("age"),
    "name_similar": N_("similar name"),
    "date_of_birth_similar": N_("similar date of birth"),
}
_MATCH_STATES = {
    "possible": N_("Possible match"),
    "linked": N_("Same person"),
    "not_same": N_("Not the same person"),
    "undone": N_("Link undone"),
}


def label(code: StrEnum) -> str:
    """Returns the code's label in the viewer's language."""
    known = _LABELS.get(type(code))
    return case_labels.label(code) if known is None else str(_(known[code]))


def choices(codes: type[StrEnum] | Sequence[StrEnum]) -> list[dict[str, Any]]:
    """Returns codes with their labels, for radios and checkboxes."""
    return [{"value": code.value, "text": label(code)} for code in codes]


def identifiers(names: Collection[str]) -> str:
    """Returns in what two referrals agree or disagree: "name, date of birth"."""
    return ", ".join(str(_(_AGREEING.get(name, N_("another detail")))) for name in names)


def match_state(code: str) -> str:
    return str(_(_MATCH_STATES.get(code, N_("Possible match"))))
