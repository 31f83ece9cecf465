"""Who may be told, and why: a data-protection basis per class of recipient, and the statutory gateways beside it.

Police, Crime, Sentencing and Courts Act 2022 s.16: a body of subsection (2) may disclose to another for that one's
functions under Part 2 Chapter 1. Subsection (4) leaves out patient information, and personal information held by a
specified authority that is a health or social care authority. The Act never replaces a data-protection basis.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from services.contracts.codes import DisclosureGateway, LawfulBasis, OrganisationClass, RecipientClass
from services.intake.domain.content import Basis, Content
from services.kernel.errors import FieldError, Invalid
from services.kernel.text import N_

HEALTH_OR_SOCIAL_CARE = frozenset({OrganisationClass.HEALTH, OrganisationClass.SOCIAL_CARE})
LISTED_BODIES = frozenset(OrganisationClass) - {OrganisationClass.VOLUNTARY}
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

USUAL_BODIES: Mapping[RecipientClass, frozenset[OrganisationClass]] = {
    RecipientClass.TRIAGE: frozenset({OrganisationClass.LOCAL_AUTHORITY}),
    RecipientClass.SUPPORT_SERVICE: frozenset({OrganisationClass.VOLUNTARY}),
    RecipientClass.CHILDRENS_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.YOUTH_JUSTICE: frozenset({OrganisationClass.YOUTH_JUSTICE}),
    RecipientClass.ADULT_SERVICES: frozenset({OrganisationClass.SOCIAL_CARE}),
    RecipientClass.POLICE: frozenset({OrganisationClass.POLICE}),
}
"""The kinds of body behind each class of recipient where no team of it is known yet."""

TOLD_WITHOUT_END = RecipientClass.TRIAGE
"""Without the triage team nobody could read the referral any more: withdrawing it is how it is taken back."""

ASK_TRIAGE = N_("Say that the triage team may be told, and why: nobody else can read the referral")
_NO_LAST_DAY = N_("Leave the triage team’s last day blank. To take a referral back from them, withdraw it")

_HEALTH_FACTS = (
    "injury", "violence_attendances_12m", "self_harm_12m", "substance_use", "alcohol_or_drugs_involved",
    "mental_health_need",
)  # fmt: skip

Bodies = Mapping[RecipientClass, Collection[OrganisationClass]]


class BasesRefused(Invalid):
    """One of the bases cannot be relied on, or the one for triage is missing."""

    title = N_("Look again at who may be told")


def check_bases(
    content: Content,
    *,
    referring: OrganisationClass | None,
    bodies: Bodies,
    today: date,
    said_before: Collection[Basis] = (),
) -> None:
    """Raises BasesRefused, with a sentence at each basis that does not hold. `today` is the day in London.

    A last day said before may stay as it is, past or not: other answers can still be changed.
    """
    faults = list(_faults(content, referring, bodies))
    faults += _last_days(content.bases, today, said_before)
    if faults:
        raise BasesRefused(errors=faults)


def gateways(
    *, referring: OrganisationClass | None, recipient: RecipientClass, recipient_bodies: Collection[OrganisationClass]
) -> list[DisclosureGateway]:
    """What may be offered to a referrer of this body for telling this class. Patient information is asked later."""
    return [
        gateway
        for gateway in DisclosureGateway
        if _gateway_fault(gateway, referring, recipient, recipient_bodies) is None
    ]


def holds_patient_information(content: Content) -> bool:
    """Whether anything in it is about somebody's health, care or treatment (National Health Service Act 2006 s.251)."""
    incident = content.incident
    return (
        content.young_person.nhs_number is not None
        or any(content.facts.get(name) is not None for name in _HEALTH_FACTS)
        or any((incident.arrived_at, incident.discharge, incident.discharge_expected_at, incident.mechanism))
    )


def _faults(content: Content, referring: OrganisationClass | None, bodies: Bodies) -> Iterator[FieldError]:
    if not any(basis.recipient_class is RecipientClass.TRIAGE for basis in content.bases):
        yield FieldError("/bases", ASK_TRIAGE)
    patient_information = holds_patient_information(content)
    for place, basis in enumerate(content.bases):
        yield from _consent_faults(basis, f"/bases/{place}")
        recipient_bodies = bodies.get(basis.recipient_class) or USUAL_BODIES[basis.recipient_class]
        fault = basis.gateway and (
            _gateway_fault(basis.gateway, referring, basis.recipient_class, recipient_bodies)
            or (patient_information and _patient_information_fault(basis.gateway))
        )
        if fault:
            yield FieldError(f"/bases/{place}/gateway", fault)
    yield from _told_twice(content.bases)


def _consent_faults(basis: Basis, at: str) -> Iterator[FieldError]:
    if basis.basis is LawfulBasis.CONSENT_PARENT_OR_CARER and not basis.given_by:
        yield FieldError(f"{at}/given_by", N_("Enter who gave consent, like “mother” or “foster carer”"))


def _last_days(bases: Sequence[Basis], today: date, said_before: Collection[Basis]) -> Iterator[FieldError]:
    for place, basis in enumerate(bases):
        if basis.expires_on is None or basis in said_before:
            continue
        if basis.recipient_class is TOLD_WITHOUT_END:
            yield FieldError(f"/bases/{place}/expires_on", _NO_LAST_DAY)
        elif basis.expires_on < today:
            yield FieldError(f"/bases/{place}/expires_on", N_("The last day must be today or later"))


def _told_twice(bases: Sequence[Basis]) -> Iterator[FieldError]:
    seen = set()
    for place, basis in enumerate(bases):
        if basis.recipient_class in seen:
            yield FieldError(f"/bases/{place}/recipient_class", N_("Give one basis for each recipient"))
        seen.add(basis.recipient_class)


def _gateway_fault(
    gateway: DisclosureGateway,
    referring: OrganisationClass | None,
    recipient: RecipientClass,
    recipient_bodies: Collection[OrganisationClass],
) -> str | None:
    if gateway is DisclosureGateway.CRIME_AND_DISORDER:
        return _crime_and_disorder_fault(referring, recipient_bodies)
    return _serious_violence_fault(referring, recipient, recipient_bodies)


def _serious_violence_fault(
    referring: OrganisationClass | None, recipient: RecipientClass, recipient_bodies: Collection[OrganisationClass]
) -> str | None:
    if referring in HEALTH_OR_SOCIAL_CARE:
        return N_(
            "The Serious Violence Duty does not let a health or social care authority disclose personal information:"
            " rely on consent or safeguarding"
        )
    if referring not in LISTED_BODIES:
        return N_("The Serious Violence Duty is for public bodies that the Act lists: your organisation is not one")
    if not set(recipient_bodies) <= LISTED_BODIES:
        return N_("The Serious Violence Duty lets you tell only bodies that the Act lists: this recipient is not one")
    if recipient not in CHAPTER_1_RECIPIENTS:
        return N_("The Serious Violence Duty is for preventing serious violence: this recipient has other functions")
    return None


def _crime_and_disorder_fault(
    referring: OrganisationClass | None, recipient_bodies: Collection[OrganisationClass]
) -> str | None:
    if referring is OrganisationClass.HEALTH:
        return N_(
            "The Crime and Disorder Act does not lift a duty of confidence to patients: rely on consent or safeguarding"
        )
    if not set(recipient_bodies) <= RELEVANT_AUTHORITIES:
        return N_("The Crime and Disorder Act lets you tell only public authorities: this recipient is not one")
    return None


def _patient_information_fault(gateway: DisclosureGateway) -> str:
    if gateway is DisclosureGateway.SERIOUS_VIOLENCE_DUTY:
        return N_(
            "The Serious Violence Duty does not cover patient information: take out what is about health,"
            " or rely on consent or safeguarding"
        )
    return N_(
        "The Crime and Disorder Act does not lift a duty of confidence to patients: take out what is about health,"
        " or rely on consent or safeguarding"
    )
