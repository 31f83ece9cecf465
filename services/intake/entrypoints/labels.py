"""The words of intake's pages: what each field is called, and each answer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

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
    ProgressStep,
    Question,
    RecipientClass,
    Sex,
    Source,
    Strength,
    SubstanceUse,
    Told,
    WhatHappened,
    WithdrawalReason,
    YoungPersonAnswer,
)
from services.intake.domain.content import ChildrensServicesReferral, Discharge, DoNotContact, Place, RefusedBy
from services.intake.domain.match import MatchState
from services.platform.i18n import N_

FIELD_LABELS: Mapping[str, str] = {
    "young_person.name": N_("Name or nickname"),
    "young_person.date_of_birth": N_("Date of birth"),
    "young_person.age_about": N_("Approximate age"),
    "young_person.age_not_known": N_("Age is not known"),
    "what_happened": N_("What happened?"),
    "immediate_danger": N_("Are they in immediate danger?"),
    "contact.safe": N_("What is a safe way to contact them?"),
    "young_person.phone": N_("Their phone number"),
    "contact.note": N_("When and how is it safe?"),
    "contact.do_not": N_("Do not contact"),
    "contact.do_not_note": N_("Who or what should we avoid?"),
    "bases": N_("Who can we share this with?"),
    "involvement": N_("How were they involved?"),
    "concern.concern": N_("What are you worried about?"),
    "concern.own_words": N_("What do they say, in their own words?"),
    "concern.strengths": N_("Who and what helps them?"),
    "facts.strengths": N_("Strengths"),
    "told.young_person": N_("Have you told them about this referral?"),
    "told.reason": N_("If the young person has not been told, why not?"),
    "told.parent_or_carer": N_("Have you told a parent or carer?"),
    "told.capacity": N_("If they are under 16 and consented, who assessed that they understand, and why?"),
    "told.refusal": N_("Did anyone refuse consent? Who, and for what?"),
    "told.refused_by": N_("Who refused consent?"),
    "told.refused_for": N_("Who did they refuse to share this with?"),
    "police.told": N_("Have the police been told?"),
    "police.reason": N_("If you decided not to tell the police, why?"),
    "facts.weapon_found_by_police_on": N_("When did the police find a weapon?"),
    "incident.happened_at": N_("When did it happen?"),
    "incident.arrived_at": N_("When did they arrive here?"),
    "incident.discharge": N_("Where are they now?"),
    "incident.discharge_expected_at": N_("When are they expected to leave?"),
    "incident.place": N_("What kind of place did it happen in?"),
    "incident.place_note": N_("Where was it?"),
    "facts.injury": N_("How bad is the injury?"),
    "incident.mechanism": N_("How did the injury happen?"),
    "danger_note": N_("What has been done about the danger?"),
    "facts.retaliation_feared": N_("Do they fear retaliation?"),
    "facts.weapon_believed_present": N_("Do you believe that they carry a weapon?"),
    "facts.siblings_at_risk": N_("Are brothers or sisters at risk?"),
    "facts.peers_in_violence": N_("Are their friends involved in violence?"),
    "facts.violence_at_home_12m": N_("Has there been violence at home in the last 12 months?"),
    "facts.exploitation_signs": N_("Signs of exploitation"),
    "facts.missing_episodes_12m": N_("Times reported missing, last 12 months"),
    "facts.police_contacts_12m": N_("Contacts with the police, last 12 months"),
    "facts.violence_attendances_12m": N_("Earlier hospital visits after violence, last 12 months"),
    "facts.self_harm_12m": N_("Have they self-harmed in the last 12 months?"),
    "facts.mental_health_need": N_("Do they have a mental health need?"),
    "facts.alcohol_or_drugs_involved": N_("Were alcohol or drugs involved?"),
    "facts.substance_use": N_("How often do they use alcohol or drugs?"),
    "facts.education_status": N_("School or work"),
    "facts.often_absent": N_("Are they often absent?"),
    "young_person.school": N_("Which school or college?"),
    "facts.housing_unstable": N_("Is their housing unstable?"),
    "facts.looked_after_now": N_("Are they looked after by the council?"),
    "young_person.home_local_authority": N_("Which council looks after them?"),
    "facts.childrens_services": N_("Are children’s services involved?"),
    "safeguarding.childrens_services_referral": N_("Referral to children’s services"),
    "safeguarding.social_worker": N_("Social worker, if you know"),
    "safeguarding.trafficking_signs": N_("Are there signs of trafficking or modern slavery?"),
    "young_person.other_names": N_("Other names"),
    "young_person.age_disputed": N_("Their age is disputed"),
    "young_person.nhs_number": N_("NHS number"),
    "young_person.address": N_("Address"),
    "young_person.postcode": N_("Postcode"),
    "young_person.no_fixed_address": N_("Are they without a fixed address?"),
    "young_person.first_language": N_("First language"),
    "young_person.interpreter_needed": N_("Is an interpreter needed?"),
    "young_person.interpreter_language": N_("Which language is the interpreter for?"),
    "offer.brief_interaction": N_("Was it only a brief conversation?"),
    "offer.mode": N_("How did you offer support?"),
    "offer.made_at": N_("When did you offer it?"),
    "offer.response": N_("What did they say?"),
    "referrer.phone": N_("Your phone number"),
    "referrer.callback": N_("When can we call you back?"),
    "area": N_("Area"),
    "site": N_("Site"),
    "equality.ethnicity": N_("Ethnic group"),
    "equality.sex": N_("Sex"),
    "equality.gender": N_("Gender, if different"),
    "equality.disability": N_("Disability"),
    "answer": N_("Your answer"),
}
"""In the order of the form."""

_YES_NO = {"yes": N_("Yes"), "no": N_("No")}
_ANSWER: Mapping[StrEnum, str] = {
    Answer.YES: N_("Yes"),
    Answer.NO: N_("No"),
    Answer.NOT_KNOWN: N_("I do not know"),
}
_MODES: Mapping[StrEnum, str] = {
    ContactMode.PHONE: N_("Call"),
    ContactMode.TEXT: N_("Text"),
    ContactMode.FACE_TO_FACE: N_("In person"),
    ContactMode.THROUGH_TRUSTED_ADULT: N_("Through an adult they trust"),
    ContactMode.HOME_VISIT: N_("Visit at home"),
    ContactMode.LETTER: N_("Letter"),
}

CODE_LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Answer: _ANSWER,
    WhatHappened: {
        WhatHappened.KNIFE_OR_SHARP_OBJECT: N_("Knife or sharp object"),
        WhatHappened.FIREARM: N_("Gun"),
        WhatHappened.BLUNT_OBJECT: N_("Another object used as a weapon"),
        WhatHappened.CORROSIVE_SUBSTANCE: N_("Acid or another corrosive substance"),
        WhatHappened.ASSAULT_NO_WEAPON: N_("Assault without a weapon"),
        WhatHappened.THREAT: N_("Threat of violence"),
        WhatHappened.EXPLOITATION_CONCERN: N_("Worry about exploitation"),
        WhatHappened.WEAPON_CARRYING_CONCERN: N_("Worry about carrying a weapon"),
        WhatHappened.OTHER: N_("Something else"),
    },
    Involvement: {
        Involvement.VICTIM: N_("Victim"),
        Involvement.SUSPECTED: N_("Suspected of taking part"),
        Involvement.WITNESS: N_("Witness"),
        Involvement.EXPLOITED: N_("Exploited by others"),
        Involvement.AT_RISK: N_("At risk of one of these"),
    },
    ContactMode: _MODES,
    DoNotContact: {
        DoNotContact.AT_HOME: N_("At home"),
        DoNotContact.BY_PHONE: N_("By phone"),
        DoNotContact.BY_TEXT: N_("By text"),
        DoNotContact.BY_LETTER: N_("By letter"),
        DoNotContact.AT_SCHOOL: N_("At school"),
        DoNotContact.PARENT_OR_CARER: N_("Through a parent or carer"),
    },
    RecipientClass: {
        RecipientClass.TRIAGE: N_("The triage team, which reads every referral"),
        RecipientClass.SUPPORT_SERVICE: N_("A support service"),
        RecipientClass.CHILDRENS_SERVICES: N_("Children’s services"),
        RecipientClass.YOUTH_JUSTICE: N_("Youth justice"),
        RecipientClass.ADULT_SERVICES: N_("Adult services"),
        RecipientClass.POLICE: N_("Police"),
    },
    LawfulBasis: {
        LawfulBasis.CONSENT_YOUNG_PERSON: N_("The young person agrees"),
        LawfulBasis.CONSENT_PARENT_OR_CARER: N_("A parent or carer agrees"),
        LawfulBasis.SAFEGUARDING: N_("To safeguard a child or an adult at risk"),
        LawfulBasis.PUBLIC_INTEREST: N_("Public interest (risk of serious harm)"),
        LawfulBasis.PUBLIC_TASK: N_("Public task"),
        LawfulBasis.LEGAL_OBLIGATION: N_("Legal obligation"),
    },
    DisclosureGateway: {
        DisclosureGateway.SERIOUS_VIOLENCE_DUTY: N_(
            "Serious Violence Duty (Police, Crime, Sentencing and Courts Act 2022)"
        ),
        DisclosureGateway.CRIME_AND_DISORDER: N_("Crime and Disorder Act 1998, section 115"),
    },
    Told: {Told.YES: N_("Yes"), Told.NO: N_("No"), Told.NOT_YET: N_("Not yet")},
    PoliceTold: {
        PoliceTold.YES: N_("Yes"),
        PoliceTold.NOT_YET: N_("Not yet"),
        PoliceTold.DECIDED_NOT: N_("We decided not to"),
    },
    Injury: {
        Injury.NONE: N_("No injury"),
        Injury.MINOR: N_("Minor"),
        Injury.NEEDS_TREATMENT: N_("Needs treatment"),
        Injury.ADMITTED: N_("Admitted to hospital"),
        Injury.LIFE_THREATENING: N_("Life-threatening"),
    },
    SubstanceUse: {
        SubstanceUse.NONE: N_("Never"),
        SubstanceUse.OCCASIONAL: N_("Now and then"),
        SubstanceUse.FREQUENT: N_("Often"),
    },
    EducationStatus: {
        EducationStatus.IN_EDUCATION: N_("In education"),
        EducationStatus.PART_TIME_TIMETABLE: N_("On a part-time timetable"),
        EducationStatus.SUSPENDED: N_("Suspended"),
        EducationStatus.EXCLUDED: N_("Excluded"),
        EducationStatus.NOT_IN_EDUCATION: N_("Not in education or work"),
        EducationStatus.IN_WORK: N_("In work"),
    },
    ChildrensServices: {
        ChildrensServices.NONE: N_("No"),
        ChildrensServices.CHILD_IN_NEED: N_("Child in need plan"),
        ChildrensServices.CHILD_PROTECTION: N_("Child protection plan"),
    },
    ExploitationSign: {
        ExploitationSign.UNEXPLAINED_MONEY_OR_GIFTS: N_("Unexplained money or gifts"),
        ExploitationSign.TRAVEL_OUT_OF_AREA: N_("Travel out of the area"),
        ExploitationSign.OLDER_CONTROLLING_CONTACTS: N_("Older people who control them"),
        ExploitationSign.DEBT: N_("Owes money"),
        ExploitationSign.DRUGS_SUPPLY: N_("Made to carry or sell drugs"),
        ExploitationSign.PHONE_ACTIVITY: N_("More than one phone, or calls at all hours"),
    },
    Strength: {
        Strength.TRUSTED_ADULT: N_("An adult they trust"),
        Strength.IN_EDUCATION_OR_WORK: N_("In school or work"),
        Strength.POSITIVE_ACTIVITY: N_("Something they like to do"),
        Strength.SUPPORTIVE_FAMILY: N_("A supportive family"),
        Strength.WANTS_CHANGE: N_("They want things to change"),
        Strength.GOOD_HEALTH_SUPPORT: N_("Good support for their health"),
    },
    RefusedBy: {
        RefusedBy.YOUNG_PERSON: N_("The young person"),
        RefusedBy.PARENT_OR_CARER: N_("A parent or carer"),
    },
    Place: {
        Place.STREET: N_("Street"),
        Place.HOME: N_("A home"),
        Place.SCHOOL_OR_COLLEGE: N_("School or college"),
        Place.TRANSPORT: N_("Bus, train or station"),
        Place.SHOP_OR_VENUE: N_("Shop, restaurant or venue"),
        Place.PARK: N_("Park or open space"),
        Place.OTHER: N_("Somewhere else"),
    },
    Discharge: {
        Discharge.IN_DEPARTMENT: N_("In the department"),
        Discharge.ADMITTED: N_("On a ward"),
        Discharge.DISCHARGED: N_("Discharged"),
        Discharge.LEFT_BEFORE_TREATMENT: N_("Left before treatment"),
    },
    ChildrensServicesReferral: {
        ChildrensServicesReferral.MADE: N_("Made"),
        ChildrensServicesReferral.NEEDED: N_("Needed, not made yet"),
        ChildrensServicesReferral.NOT_NEEDED: N_("Not needed"),
    },
    YoungPersonAnswer: {
        YoungPersonAnswer.ACCEPTS: N_("Accepted support"),
        YoungPersonAnswer.DECLINES: N_("Declined support"),
        YoungPersonAnswer.LATER: N_("Not now, maybe later"),
    },
    Ethnicity: {
        Ethnicity.WHITE_BRITISH: N_("White: English, Welsh, Scottish, Northern Irish or British"),
        Ethnicity.WHITE_IRISH: N_("White: Irish"),
        Ethnicity.GYPSY_OR_IRISH_TRAVELLER: N_("White: Gypsy or Irish Traveller"),
        Ethnicity.ROMA: N_("White: Roma"),
        Ethnicity.OTHER_WHITE: N_("Any other White background"),
        Ethnicity.WHITE_AND_BLACK_CARIBBEAN: N_("White and Black Caribbean"),
        Ethnicity.WHITE_AND_BLACK_AFRICAN: N_("White and Black African"),
        Ethnicity.WHITE_AND_ASIAN: N_("White and Asian"),
        Ethnicity.OTHER_MIXED: N_("Any other mixed background"),
        Ethnicity.INDIAN: N_("Indian"),
        Ethnicity.PAKISTANI: N_("Pakistani"),
        Ethnicity.BANGLADESHI: N_("Bangladeshi"),
        Ethnicity.CHINESE: N_("Chinese"),
        Ethnicity.OTHER_ASIAN: N_("Any other Asian background"),
        Ethnicity.AFRICAN: N_("African"),
        Ethnicity.CARIBBEAN: N_("Caribbean"),
        Ethnicity.OTHER_BLACK: N_("Any other Black background"),
        Ethnicity.ARAB: N_("Arab"),
        Ethnicity.OTHER: N_("Any other ethnic group"),
        Ethnicity.PREFER_NOT_TO_SAY: N_("Prefers not to say"),
    },
    Sex: {Sex.FEMALE: N_("Female"), Sex.MALE: N_("Male"), Sex.PREFER_NOT_TO_SAY: N_("Prefers not to say")},
    Disability: {
        Disability.YES: N_("Yes"),
        Disability.NO: N_("No"),
        Disability.PREFER_NOT_TO_SAY: N_("Prefers not to say"),
    },
    WithdrawalReason: {
        WithdrawalReason.MADE_IN_ERROR: N_("It was made in error"),
        WithdrawalReason.DUPLICATE: N_("Duplicate referral"),
        WithdrawalReason.CONSENT_WITHDRAWN: N_("Consent was withdrawn"),
        WithdrawalReason.NEEDS_MET_ELSEWHERE: N_("Another service supports them now"),
        WithdrawalReason.MOVED_AWAY: N_("They moved away"),
    },
    ProgressStep: {
        ProgressStep.RECEIVED: N_("Received"),
        ProgressStep.BEING_READ: N_("Under review"),
        ProgressStep.ACCEPTED: N_("Accepted"),
        ProgressStep.NOT_ACCEPTED: N_("Reviewed: no case opened"),
        ProgressStep.FIRST_CONTACT_MADE: N_("First contact made"),
        ProgressStep.CLOSED: N_("Closed"),
    },
    Question: {
        Question.SAFE_CONTACT: N_("What is a safe way to contact the young person?"),
        Question.WHAT_HAPPENED: N_("What happened? Please tell us more."),
        Question.IMMEDIATE_SAFETY: N_("Is the young person safe now, and who is with them?"),
        Question.AGE: N_("How old is the young person?"),
        Question.WHO_MAY_BE_TOLD: N_("Who else can this be shared with, and on what lawful basis?"),
        Question.OTHER_SERVICES_INVOLVED: N_("Which other services are already involved?"),
        Question.STRENGTHS: N_("Who and what helps the young person?"),
    },
    Source: {
        Source.AE_NAVIGATOR: N_("Hospital navigator"),
        Source.HKC_SCREENING: N_("Knife-carrying concern (police screening)"),
        Source.SCHOOL: N_("School or college"),
        Source.CUSTODY: N_("Custody"),
        Source.POLICE: N_("Police"),
        Source.PARTNER_SYSTEM: N_("A partner’s system"),
        Source.SELF_OR_FAMILY: N_("The young person or family"),
    },
    MatchState: {
        MatchState.POSSIBLE: N_("Possibly the same person"),
        MatchState.LINKED: N_("Linked: the same person"),
        MatchState.NOT_SAME: N_("Not the same person"),
        MatchState.UNDONE: N_("Link undone"),
    },
}

_BASIS_HINTS = {
    LawfulBasis.PUBLIC_INTEREST: N_("Sharing may prevent serious harm to a person"),
    LawfulBasis.PUBLIC_TASK: N_("The law gives your organisation this task"),
    LawfulBasis.LEGAL_OBLIGATION: N_("A law requires you to share it"),
}
_SHORT_RECIPIENTS = {RecipientClass.TRIAGE: N_("The triage team")}
IDENTIFIERS = {
    "nhs_number": N_("NHS number"),
    "name": N_("Name"),
    "date_of_birth": N_("Date of birth"),
    "age": N_("Age"),
    "postcode": N_("Postcode"),
    "phone": N_("Phone number"),
}
"""What is compared between two referrals."""

DISTINGUISHING = {
    "other_names": N_("Other names"),
    "address": N_("Address"),
    "school": N_("School or college"),
    "what": N_("What happened"),
    "area": N_("Area"),
    "source": N_("Referred by"),
}
"""Further details that help a reviewer to compare two referrals."""


def field_label(name: str) -> str:
    return str(_(FIELD_LABELS[name]))


def label(code: StrEnum) -> str:
    """A code as a person reads it."""
    return str(_(CODE_LABELS[type(code)][code]))


def recipient_label(code: RecipientClass) -> str:
    """A recipient inside a sentence."""
    return str(_(_SHORT_RECIPIENTS.get(code) or CODE_LABELS[RecipientClass][code]))


def items(codes: type[StrEnum]) -> list[dict[str, str]]:
    """The answers to choose from, for radios and checkboxes."""
    return [{"value": code.value, "text": str(_(words))} for code, words in CODE_LABELS[codes].items()]


def basis_items() -> list[dict[str, str]]:
    """The lawful bases to choose from, those in legal terms with a hint."""
    return [
        {
            "value": basis.value,
            "text": label(basis),
            "hint": str(_(_BASIS_HINTS[basis])) if basis in _BASIS_HINTS else "",
        }
        for basis in LawfulBasis
    ]


def yes_or_no() -> list[dict[str, str]]:
    return [{"value": value, "text": str(_(words))} for value, words in _YES_NO.items()]
