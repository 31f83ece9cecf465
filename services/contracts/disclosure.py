"""When a statute may be named for telling somebody. Intake and casework hold every disclosure to this one rule.

Police, Crime, Sentencing and Courts Act 2022 s.16: a body of subsection (2) may disclose to another for that one's
functions under Part 2 Chapter 1. Subsection (4) leaves out patient information, and personal information held by a
specified authority that is a health or social care authority. The Act never replaces a data-protection basis.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from services.contracts.codes import DisclosureGateway, OrganisationClass, RecipientClass

HEALTH_OR_SOCIAL_CARE = frozenset({OrganisationClass.HEALTH, OrganisationClass.SOCIAL_CARE})
LISTED_ORGANISATIONS = frozenset(OrganisationClass) - {OrganisationClass.VOLUNTARY}
"""The bodies of s.16(2): specified authorities, local policing bodies, educational, prison and youth custody authorities."""

CHAPTER_1_RECIPIENTS = frozenset(
    {RecipientClass.TRIAGE, RecipientClass.SUPPORT_SERVICE, RecipientClass.YOUTH_JUSTICE, RecipientClass.POLICE}
)
"""Who would use it for preventing and reducing serious violence. The social care teams have functions of their own."""

RELEVANT_AUTHORITIES = frozenset(
    {
        OrganisationClass.POLICE,
        OrganisationClass.LOCAL_POLICING_BODY,
        OrganisationClass.LOCAL_AUTHORITY,
        OrganisationClass.SOCIAL_CARE,
        OrganisationClass.YOUTH_JUSTICE,
        OrganisationClass.PROBATION,
        OrganisationClass.FIRE_AND_RESCUE,
        OrganisationClass.HEALTH,
    }
)
"""Crime and Disorder Act 1998 s.115(2): the bodies that may be told under it."""

USUAL_ORGANISATIONS: Mapping[RecipientClass, frozenset[OrganisationClass]] = {
    RecipientClass.TRIAGE: frozenset({OrganisationClass.LOCAL_AUTHORITY}),
    RecipientClass.SUPPORT_SERVICE: frozenset({OrganisationClass.VOLUNTARY}),
    RecipientClass.CHILDRENS_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.YOUTH_JUSTICE: frozenset({OrganisationClass.YOUTH_JUSTICE}),
    RecipientClass.ADULT_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.POLICE: frozenset({OrganisationClass.POLICE}),
}
"""The kinds of body behind each class of recipient where no team of it is known yet."""


class GatewayRefusal(StrEnum):
    """Why a statute cannot be named. Each service words it for its own pages."""

    DUTY_NOT_FOR_HEALTH_OR_CARE = "duty_not_for_health_or_care"
    DUTY_NOT_FOR_THIS_REFERRER = "duty_not_for_this_referrer"
    DUTY_NOT_FOR_THIS_RECIPIENT = "duty_not_for_this_recipient"
    DUTY_OTHER_FUNCTIONS = "duty_other_functions"
    DUTY_PATIENT_INFORMATION = "duty_patient_information"
    CRIME_NOT_FROM_HEALTH = "crime_not_from_health"
    CRIME_NOT_FOR_THIS_RECIPIENT = "crime_not_for_this_recipient"
    CRIME_PATIENT_INFORMATION = "crime_patient_information"


def gateway_refusal(
    gateway: DisclosureGateway,
    *,
    referring: OrganisationClass | None,
    recipient: RecipientClass,
    recipient_organisations: Collection[OrganisationClass],
    patient_information: bool,
) -> GatewayRefusal | None:
    """None when a referrer of this body may name the gateway for telling this class. `recipient_organisations` may be empty."""
    bodies = frozenset(recipient_organisations) or USUAL_ORGANISATIONS[recipient]
    if gateway is DisclosureGateway.CRIME_AND_DISORDER:
        return _crime_and_disorder(referring, bodies, patient_information)
    return _serious_violence(referring, recipient, bodies, patient_information)


def _serious_violence(
    referring: OrganisationClass | None,
    recipient: RecipientClass,
    bodies: frozenset[OrganisationClass],
    patient_information: bool,
) -> GatewayRefusal | None:
    if referring in HEALTH_OR_SOCIAL_CARE:
        return GatewayRefusal.DUTY_NOT_FOR_HEALTH_OR_CARE
    if referring not in LISTED_ORGANISATIONS:
        return GatewayRefusal.DUTY_NOT_FOR_THIS_REFERRER
    if not bodies <= LISTED_ORGANISATIONS:
        return GatewayRefusal.DUTY_NOT_FOR_THIS_RECIPIENT
    if recipient not in CHAPTER_1_RECIPIENTS:
        return GatewayRefusal.DUTY_OTHER_FUNCTIONS
    return GatewayRefusal.DUTY_PATIENT_INFORMATION if patient_information else None


def _crime_and_disorder(
    referring: OrganisationClass | None, bodies: frozenset[OrganisationClass], patient_information: bool
) -> GatewayRefusal | None:
    if referring is OrganisationClass.HEALTH:
        return GatewayRefusal.CRIME_NOT_FROM_HEALTH
    if not bodies <= RELEVANT_AUTHORITIES:
        return GatewayRefusal.CRIME_NOT_FOR_THIS_RECIPIENT
    return GatewayRefusal.CRIME_PATIENT_INFORMATION if patient_information else None
