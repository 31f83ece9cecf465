"""The closed lists of codes that services share. Their labels belong to the pages that show them."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do. Some cannot be held together: accounts has the table of these."""

    NAVIGATOR = "navigator"
    REFERRER = "referrer"
    SCREENING_OFFICER = "screening_officer"
    PARTNER_SYSTEM = "partner_system"
    REVIEWER = "reviewer"
    YOUTH_JUSTICE_CASEWORKER = "youth_justice_caseworker"
    EARLY_INTERVENTION_CASEWORKER = "early_intervention_caseworker"
    TEAM_MANAGER = "team_manager"
    DATA_SCIENTIST = "data_scientist"
    BOARD_MEMBER = "board_member"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    ADMINISTRATOR = "administrator"


class OrganisationClass(StrEnum):
    """The kind of organisation, which decides the disclosure gateways it may use."""

    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    LOCAL_AUTHORITY = "local_authority"
    YOUTH_JUSTICE = "youth_justice"
    POLICE = "police"
    LOCAL_POLICING_BODY = "local_policing_body"
    PROBATION = "probation"
    FIRE_AND_RESCUE = "fire_and_rescue"
    EDUCATION = "education"
    PRISON = "prison"
    YOUTH_CUSTODY = "youth_custody"
    VOLUNTARY = "voluntary"


class RecipientClass(StrEnum):
    """Who a referral may be shared with. A team's class is one of these: a basis for the class lets the team read it."""

    TRIAGE = "triage"
    SUPPORT_SERVICE = "support_service"
    CHILDRENS_SERVICES = "childrens_services"
    YOUTH_JUSTICE = "youth_justice"
    ADULT_SERVICES = "adult_services"
    POLICE = "police"


class LawfulBasis(StrEnum):
    """Why a referral may be shared with a class of recipient (a data-protection basis; a gateway never replaces it)."""

    CONSENT_YOUNG_PERSON = "consent_young_person"
    CONSENT_PARENT_OR_CARER = "consent_parent_or_carer"
    SAFEGUARDING = "safeguarding"
    PUBLIC_INTEREST = "public_interest"
    PUBLIC_TASK = "public_task"
    LEGAL_OBLIGATION = "legal_obligation"


class DisclosureGateway(StrEnum):
    """A statutory power to disclose, beside the basis."""

    SERIOUS_VIOLENCE_DUTY = "serious_violence_duty"  # Police, Crime, Sentencing and Courts Act 2022 s.16
    CRIME_AND_DISORDER = "crime_and_disorder"  # Crime and Disorder Act 1998 s.115


class Source(StrEnum):
    AE_NAVIGATOR = "ae_navigator"
    HKC_SCREENING = "hkc_screening"
    SCHOOL = "school"
    CUSTODY = "custody"
    POLICE = "police"
    PARTNER_SYSTEM = "partner_system"
    SELF_OR_FAMILY = "self_or_family"


class Involvement(StrEnum):
    """How the young person was involved. Several may apply."""

    VICTIM = "victim"
    SUSPECTED = "suspected"
    WITNESS = "witness"
    EXPLOITED = "exploited"
    AT_RISK = "at_risk"


class WhatHappened(StrEnum):
    KNIFE_OR_SHARP_OBJECT = "knife_or_sharp_object"
    FIREARM = "firearm"
    BLUNT_OBJECT = "blunt_object"
    CORROSIVE_SUBSTANCE = "corrosive_substance"
    ASSAULT_NO_WEAPON = "assault_no_weapon"
    THREAT = "threat"
    EXPLOITATION_CONCERN = "exploitation_concern"
    WEAPON_CARRYING_CONCERN = "weapon_carrying_concern"
    OTHER = "other"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class AgeBasis(StrEnum):
    """How the age is known. Unknown or disputed age is treated as under 18."""

    DATE_OF_BIRTH = "date_of_birth"
    ESTIMATED = "estimated"
    DISPUTED = "disputed"
    NOT_KNOWN = "not_known"


class PoliceTold(StrEnum):
    YES = "yes"
    NOT_YET = "not_yet"
    DECIDED_NOT = "decided_not"


class Told(StrEnum):
    """Whether the young person was informed of the referral."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"


class Injury(StrEnum):
    NONE = "none"
    MINOR = "minor"
    NEEDS_TREATMENT = "needs_treatment"
    ADMITTED = "admitted"
    LIFE_THREATENING = "life_threatening"


class SubstanceUse(StrEnum):
    NONE = "none"
    OCCASIONAL = "occasional"
    FREQUENT = "frequent"


class EducationStatus(StrEnum):
    IN_EDUCATION = "in_education"
    PART_TIME_TIMETABLE = "part_time_timetable"
    SUSPENDED = "suspended"
    EXCLUDED = "excluded"
    NOT_IN_EDUCATION = "not_in_education"
    IN_WORK = "in_work"


class ChildrensServices(StrEnum):
    NONE = "none"
    CHILD_IN_NEED = "child_in_need"
    CHILD_PROTECTION = "child_protection"


class ExploitationSign(StrEnum):
    UNEXPLAINED_MONEY_OR_GIFTS = "unexplained_money_or_gifts"
    TRAVEL_OUT_OF_AREA = "travel_out_of_area"
    OLDER_CONTROLLING_CONTACTS = "older_controlling_contacts"
    DEBT = "debt"
    DRUGS_SUPPLY = "drugs_supply"
    PHONE_ACTIVITY = "phone_activity"


class Strength(StrEnum):
    TRUSTED_ADULT = "trusted_adult"
    IN_EDUCATION_OR_WORK = "in_education_or_work"
    POSITIVE_ACTIVITY = "positive_activity"
    SUPPORTIVE_FAMILY = "supportive_family"
    WANTS_CHANGE = "wants_change"
    GOOD_HEALTH_SUPPORT = "good_health_support"


class WithdrawalReason(StrEnum):
    MADE_IN_ERROR = "made_in_error"
    DUPLICATE = "duplicate"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NEEDS_MET_ELSEWHERE = "needs_met_elsewhere"
    MOVED_AWAY = "moved_away"


class UnassignReason(StrEnum):
    """Why an assigned case became unassigned."""

    RETURNED = "returned"
    """The worker or the manager unassigned it with a reason."""
    CANNOT_SIGN_IN = "cannot_sign_in"
    ROLE_ENDED = "role_ended"
    TEAM_ENDED = "team_ended"


class ContactMode(StrEnum):
    FACE_TO_FACE = "face_to_face"
    PHONE = "phone"
    TEXT = "text"
    HOME_VISIT = "home_visit"
    THROUGH_TRUSTED_ADULT = "through_trusted_adult"
    LETTER = "letter"


class Band(StrEnum):
    """The estimate relative to the base rate of the model's cohort."""

    USUAL = "usual"
    RAISED = "raised"
    HIGH = "high"


class EstimateCause(StrEnum):
    RECEIVED = "received"
    AMENDED = "amended"
    PERSONS_LINKED = "persons_linked"
    PERSONS_UNLINKED = "persons_unlinked"
    SOURCE_WITHDRAWN = "source_withdrawn"
    NEW_MODEL = "new_model"


class NotEstimatedReason(StrEnum):
    TOO_LITTLE_INFORMATION = "too_little_information"
    OUT_OF_RANGE = "out_of_range"
    MODEL_UNAVAILABLE = "model_unavailable"
    TURNED_OFF = "turned_off"
    MODEL_TRAINED_ON_INVENTED_DATA = "model_trained_on_invented_data"


class SupportLevel(StrEnum):
    """What own view and decision both record."""

    URGENT = "urgent"
    PLANNED = "planned"
    LIGHT = "light"
    NONE = "none"
    NOT_ENOUGH_INFORMATION = "not_enough_information"


class Sureness(StrEnum):
    VERY = "very"
    FAIRLY = "fairly"
    NOT_SURE = "not_sure"


class Pathway(StrEnum):
    YOUTH_JUSTICE = "youth_justice"
    EARLY_INTERVENTION = "early_intervention"
    SAFEGUARDING = "safeguarding"
    ADULT_SERVICES = "adult_services"
    UNIVERSAL_SUPPORT = "universal_support"
    NO_FURTHER_ACTION = "no_further_action"


CASE_PATHWAYS = frozenset({Pathway.YOUTH_JUSTICE, Pathway.EARLY_INTERVENTION})
"""Waymark's own teams work these cases."""

HAND_OVERS = frozenset({Pathway.SAFEGUARDING, Pathway.ADULT_SERVICES})
"""Another service works these: open until it confirms. The other pathways end with the review."""

_HANDED_OVER_TO = frozenset({RecipientClass.CHILDRENS_SERVICES, RecipientClass.ADULT_SERVICES})
CLASSES_WORKED = {
    Role.YOUTH_JUSTICE_CASEWORKER: frozenset({RecipientClass.YOUTH_JUSTICE, *_HANDED_OVER_TO}),
    Role.EARLY_INTERVENTION_CASEWORKER: frozenset({RecipientClass.SUPPORT_SERVICE, *_HANDED_OVER_TO}),
    Role.TEAM_MANAGER: frozenset({RecipientClass.YOUTH_JUSTICE, RecipientClass.SUPPORT_SERVICE, *_HANDED_OVER_TO}),
}
"""By role, the classes of team whose cases it works, in the teams that its holder is in."""


class DifferenceReason(StrEnum):
    """Why a person decided otherwise than the estimate's band suggests."""

    INFORMATION_MODEL_LACKS = "information_model_lacks"
    INFORMATION_WRONG = "information_wrong"
    STRENGTHS_AND_PROTECTION = "strengths_and_protection"
    SERVICE_AVAILABILITY = "service_availability"
    OTHER = "other"


class Question(StrEnum):
    """The one named question that a reviewer may put to the referrer."""

    SAFE_CONTACT = "safe_contact"
    WHAT_HAPPENED = "what_happened"
    IMMEDIATE_SAFETY = "immediate_safety"
    AGE = "age"
    WHO_MAY_BE_TOLD = "who_may_be_told"
    OTHER_SERVICES_INVOLVED = "other_services_involved"
    STRENGTHS = "strengths"


class ProgressStep(StrEnum):
    """The steps that a referrer may see, and no others."""

    RECEIVED = "received"
    BEING_READ = "being_read"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    FIRST_CONTACT_MADE = "first_contact_made"
    CLOSED = "closed"


class Ethnicity(StrEnum):
    """Self-defined ethnicity, 18+1 (codes of the police and youth justice list)."""

    INDIAN = "A1"
    PAKISTANI = "A2"
    BANGLADESHI = "A3"
    CHINESE = "A4"
    OTHER_ASIAN = "A9"
    CARIBBEAN = "B1"
    AFRICAN = "B2"
    OTHER_BLACK = "B9"
    WHITE_AND_BLACK_CARIBBEAN = "M1"
    WHITE_AND_BLACK_AFRICAN = "M2"
    WHITE_AND_ASIAN = "M3"
    OTHER_MIXED = "M9"
    ARAB = "O2"
    OTHER = "O9"
    WHITE_BRITISH = "W1"
    WHITE_IRISH = "W2"
    GYPSY_OR_IRISH_TRAVELLER = "W3"
    ROMA = "W5"
    OTHER_WHITE = "W9"
    PREFER_NOT_TO_SAY = "NS"


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class Disability(StrEnum):
    YES = "yes"
    NO = "no"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class YoungPersonAnswer(StrEnum):
    ACCEPTS = "accepts"
    DECLINES = "declines"
    LATER = "later"


class Outcome(StrEnum):
    SUPPORT_COMPLETED = "support_completed"
    SUPPORT_PARTLY_COMPLETED = "support_partly_completed"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    MOVED_TO_OTHER_SERVICE = "moved_to_other_service"


class CloseReason(StrEnum):
    PLAN_FINISHED = "plan_finished"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    TRANSFERRED = "transferred"
    MOVED_AWAY = "moved_away"
    OPENED_IN_ERROR = "opened_in_error"
