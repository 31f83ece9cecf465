"""When a statutory gateway may be used for a disclosure. Intake and casework both apply this rule.

Police, Crime, Sentencing and Courts Act 2022 s.16: a body of subsection (2) may disclose to another for that one's
functions under Part 2 Chapter 1. Subsection (4) leaves out patient information, and personal information held by a
specified authority that is a health or social care authority. The Act never replaces a data-protection basis.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from services.contracts.codes import DisclosureGateway, OrganisationClass, RecipientClass

HEALTH_OR_SOCIAL_CARE = frozenset({OrganisationClass.HEALTH, OrganisationClass.SOCIAL_CARE})
LISTED_ORGANISATIONS = frozenset(OrganisationClass) - {OrganisationClass.VOLUNTARY}
"""The bodies of s.16(2): specified authorities, local policing organisations, educational, prison and youth custody authorities."""

CHAPTER_1_RECIPIENTS = frozenset(
    {RecipientClass.TRIAGE, RecipientClass.SUPPORT_SERVICE, RecipientClass.YOUTH_JUSTICE, RecipientClass.POLICE}
)
"""Recipients that prevent and reduce serious violence. The social care teams have other functions."""

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
"""Crime and Disorder Act 1998 s.115(2): the bodies that it permits disclosure to."""

USUAL_ORGANISATIONS: Mapping[RecipientClass, frozenset[OrganisationClass]] = {
    RecipientClass.TRIAGE: frozenset({OrganisationClass.LOCAL_AUTHORITY}),
    RecipientClass.SUPPORT_SERVICE: frozenset({OrganisationClass.VOLUNTARY}),
    RecipientClass.CHILDRENS_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.YOUTH_JUSTICE: frozenset({OrganisationClass.YOUTH_JUSTICE}),
    RecipientClass.ADULT_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.POLICE: frozenset({OrganisationClass.POLICE}),
}
"""The organisation classes of each recipient class without a known team."""


class GatewayRefusal(StrEnum):
    """Why a gateway cannot be used. Each service has its own labels for these."""

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
    """Returns None if a referrer of this class may use the gateway towards the recipient. `recipient_organisations` may be empty."""
    organisations = frozenset(recipient_organisations) or USUAL_ORGANISATIONS[recipient]
    if gateway is DisclosureGateway.CRIME_AND_DISORDER:
        return _crime_and_disorder(referring, organisations, patient_information)
    return _serious_violence(referring, recipient, organisations, patient_information)


def _serious_violence(
    referring: OrganisationClass | None,
    recipient: RecipientClass,
    organisations: frozenset[OrganisationClass],
    patient_information: bool,
) -> GatewayRefusal | None:
    if referring in HEALTH_OR_SOCIAL_CARE:
        return GatewayRefusal.DUTY_NOT_FOR_HEALTH_OR_CARE
    if referring not in LISTED_ORGANISATIONS:
        return GatewayRefusal.DUTY_NOT_FOR_THIS_REFERRER
    if not organisations <= LISTED_ORGANISATIONS:
        return GatewayRefusal.DUTY_NOT_FOR_THIS_RECIPIENT
    if recipient not in CHAPTER_1_RECIPIENTS:
        return GatewayRefusal.DUTY_OTHER_FUNCTIONS
    return GatewayRefusal.DUTY_PATIENT_INFORMATION if patient_information else None


def _crime_and_disorder(
    referring: OrganisationClass | None, organisations: frozenset[OrganisationClass], patient_information: bool
) -> GatewayRefusal | None:
    if referring is OrganisationClass.HEALTH:
        return GatewayRefusal.CRIME_NOT_FROM_HEALTH
    if not organisations <= RELEVANT_AUTHORITIES:
        return GatewayRefusal.CRIME_NOT_FOR_THIS_RECIPIENT
    return GatewayRefusal.CRIME_PATIENT_INFORMATION if patient_information else None
