"""Who may be told, and why: a data-protection basis per class of recipient, and the statutory gateways beside it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from services.contracts.codes import DisclosureGateway, LawfulBasis, OrganisationClass, RecipientClass
from services.contracts.disclosure import GatewayRefusal, gateway_refusal
from services.intake.domain.content import Basis, Content
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

CONSENT = frozenset({LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER})
WITHOUT_EXPIRY = RecipientClass.TRIAGE
"""Without the triage team nobody could read the referral any more: withdrawing it is how it is taken back."""

ASK_TRIAGE = N_("Select the triage team and a reason: without it, your referral cannot be read")
_NO_LAST_DAY = N_("Leave the triage team’s last day blank. To take a referral back from them, withdraw it")

_HEALTH_FACTS = (
    "injury", "violence_attendances_12m", "self_harm_12m", "substance_use", "alcohol_or_drugs_involved",
    "mental_health_need",
)  # fmt: skip

OrganisationClasses = Mapping[RecipientClass, Collection[OrganisationClass]]


class BasesRefused(Invalid):
    """One of the bases cannot be relied on, or the one for triage is missing."""

    title = N_("Check who we can share this with")


def check_bases(
    content: Content,
    *,
    referring: OrganisationClass | None,
    organisation_classes: OrganisationClasses,
    today: date,
    bases_before: Collection[Basis] = (),
) -> None:
    """Raises BasesRefused, with a sentence at each basis that does not hold. `today` is the day in London.

    A last day said before may stay as it is, past or not: other answers can still be changed.
    """
    faults = list(_faults(content, referring, organisation_classes))
    faults += _last_days(content.bases, today, bases_before)
    if faults:
        raise BasesRefused(errors=faults)


def gateways(
    *,
    referring: OrganisationClass | None,
    recipient: RecipientClass,
    recipient_organisations: Collection[OrganisationClass],
) -> list[DisclosureGateway]:
    """What may be offered to a referrer of this body for telling this class. Patient information is asked later."""
    return [
        gateway
        for gateway in DisclosureGateway
        if gateway_refusal(
            gateway,
            referring=referring,
            recipient=recipient,
            recipient_organisations=recipient_organisations,
            patient_information=False,
        )
        is None
    ]


def holds_patient_information(content: Content) -> bool:
    """Whether anything in it is about somebody's health, care or treatment (National Health Service Act 2006 s.251)."""
    incident = content.incident
    return (
        content.young_person.nhs_number is not None
        or any(content.facts.get(name) is not None for name in _HEALTH_FACTS)
        or any((incident.arrived_at, incident.discharge, incident.discharge_expected_at, incident.mechanism))
    )


def _faults(
    content: Content, referring: OrganisationClass | None, organisation_classes: OrganisationClasses
) -> Iterator[FieldError]:
    if not any(basis.recipient_class is RecipientClass.TRIAGE for basis in content.bases):
        yield FieldError("/bases", ASK_TRIAGE)
    patient_information = holds_patient_information(content)
    for index, basis in enumerate(content.bases):
        yield from _consent_faults(basis, f"/bases/{index}")
        refusal = basis.gateway and gateway_refusal(
            basis.gateway,
            referring=referring,
            recipient=basis.recipient_class,
            recipient_organisations=organisation_classes.get(basis.recipient_class, ()),
            patient_information=patient_information,
        )
        if refusal:
            yield FieldError(f"/bases/{index}/gateway", _REFUSALS[refusal])
    yield from _duplicate_recipients(content.bases)


def _consent_faults(basis: Basis, at: str) -> Iterator[FieldError]:
    if basis.basis is LawfulBasis.CONSENT_PARENT_OR_CARER and not basis.given_by:
        yield FieldError(f"{at}/given_by", N_("Enter who gave consent, like “mother” or “foster carer”"))


def _last_days(bases: Sequence[Basis], today: date, bases_before: Collection[Basis]) -> Iterator[FieldError]:
    for index, basis in enumerate(bases):
        if basis.expires_on is None or basis in bases_before:
            continue
        if basis.recipient_class is WITHOUT_EXPIRY:
            yield FieldError(f"/bases/{index}/expires_on", _NO_LAST_DAY)
        elif basis.expires_on < today:
            yield FieldError(f"/bases/{index}/expires_on", N_("The last day must be today or later"))


def _duplicate_recipients(bases: Sequence[Basis]) -> Iterator[FieldError]:
    seen = set()
    for index, basis in enumerate(bases):
        if basis.recipient_class in seen:
            yield FieldError(f"/bases/{index}/recipient_class", N_("Give one basis for each recipient"))
        seen.add(basis.recipient_class)


_REFUSALS: Mapping[GatewayRefusal, str] = {
    GatewayRefusal.DUTY_NOT_FOR_HEALTH_OR_CARE: N_(
        "The Serious Violence Duty does not let a health or social care authority disclose personal information:"
        " rely on consent or safeguarding"
    ),
    GatewayRefusal.DUTY_NOT_FOR_THIS_REFERRER: N_(
        "The Serious Violence Duty is for public bodies listed in the Act: your organisation is not one"
    ),
    GatewayRefusal.DUTY_NOT_FOR_THIS_RECIPIENT: N_(
        "The Serious Violence Duty lets you share only with bodies listed in the Act: this recipient is not one"
    ),
    GatewayRefusal.DUTY_OTHER_FUNCTIONS: N_(
        "The Serious Violence Duty is for preventing serious violence: this recipient has other functions"
    ),
    GatewayRefusal.DUTY_PATIENT_INFORMATION: N_(
        "The Serious Violence Duty does not cover patient information: remove the health information,"
        " or rely on consent or safeguarding"
    ),
    GatewayRefusal.CRIME_NOT_FROM_HEALTH: N_(
        "The Crime and Disorder Act does not lift a duty of confidence to patients: rely on consent or safeguarding"
    ),
    GatewayRefusal.CRIME_NOT_FOR_THIS_RECIPIENT: N_(
        "The Crime and Disorder Act lets you share only with public authorities: this recipient is not one"
    ),
    GatewayRefusal.CRIME_PATIENT_INFORMATION: N_(
        "The Crime and Disorder Act does not lift a duty of confidence to patients: remove the health information,"
        " or rely on consent or safeguarding"
    ),
}
