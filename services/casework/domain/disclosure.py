"""An additional lawful basis recorded by a reviewer, under the same rules as a referrer's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.casework.domain.withdrawal import CONSENT
from services.contracts.codes import DisclosureGateway, LawfulBasis, OrganisationClass, RecipientClass
from services.contracts.disclosure import GatewayRefusal, gateway_refusal
from services.platform.errors import Conflict, FieldError, Invalid
from services.platform.i18n import N_


class BasisRefused(Invalid):
    """The basis cannot be relied on for this recipient."""

    title = N_("Choose another lawful basis")

    def __init__(self, pointer: str, sentence: str) -> None:
        super().__init__(errors=[FieldError(pointer, sentence)])


class BasisAlreadyRecorded(Conflict):
    """A reviewer has already recorded this basis for this recipient."""

    title = N_("A reviewer has already recorded this basis")


@dataclass(frozen=True, kw_only=True)
class Disclosing:
    """The facts about a referral that the rule needs. `patient_information` is True unless it was ruled out."""

    referring: OrganisationClass | None
    patient_information: bool
    organisation_classes: Mapping[RecipientClass, Collection[OrganisationClass]]
    """The kinds of organisation behind the active teams of each class."""


def check_added_basis(
    recipient: RecipientClass, basis: LawfulBasis, gateway: DisclosureGateway | None, disclosing: Disclosing
) -> None:
    """Raises BasisRefused."""
    if recipient is RecipientClass.TRIAGE:
        raise BasisRefused("/recipient", N_("The triage team’s lawful basis comes with the referral: choose another"))
    if basis in CONSENT:
        raise BasisRefused(
            "/basis", N_("Consent must come from the young person, or a parent or carer: ask the referrer to record it")
        )
    if gateway is None:
        return
    refusal = gateway_refusal(
        gateway,
        referring=disclosing.referring,
        recipient=recipient,
        recipient_organisations=disclosing.organisation_classes.get(recipient, ()),
        patient_information=disclosing.patient_information,
    )
    if refusal is not None:
        raise BasisRefused("/gateway", _REFUSALS[refusal])


_REFUSALS: Mapping[GatewayRefusal, str] = {
    GatewayRefusal.DUTY_NOT_FOR_HEALTH_OR_CARE: N_(
        "The Serious Violence Duty does not let a health or social care authority disclose personal information"
    ),
    GatewayRefusal.DUTY_NOT_FOR_THIS_REFERRER: N_(
        "The Serious Violence Duty covers only the public bodies that the Act lists: the referrer’s organisation is not one"
    ),
    GatewayRefusal.DUTY_NOT_FOR_THIS_RECIPIENT: N_(
        "The Serious Violence Duty covers sharing only with the bodies that the Act lists: this recipient is not one"
    ),
    GatewayRefusal.DUTY_OTHER_FUNCTIONS: N_(
        "The Serious Violence Duty is for preventing serious violence: this recipient has other functions"
    ),
    GatewayRefusal.DUTY_PATIENT_INFORMATION: N_(
        "The Serious Violence Duty does not cover patient information, which this referral may hold"
    ),
    GatewayRefusal.CRIME_NOT_FROM_HEALTH: N_(
        "The Crime and Disorder Act does not lift a health organisation’s duty of confidence to patients"
    ),
    GatewayRefusal.CRIME_NOT_FOR_THIS_RECIPIENT: N_(
        "The Crime and Disorder Act covers sharing only with public authorities: this recipient is not one"
    ),
    GatewayRefusal.CRIME_PATIENT_INFORMATION: N_(
        "The Crime and Disorder Act does not lift a duty of confidence to patients,"
        " and this referral may hold patient information"
    ),
}
