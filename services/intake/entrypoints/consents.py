"""Which consents of a referral its referrer can take back one by one, and the amendment that does it."""

from dataclasses import replace
from typing import Any

from services.contracts.codes import RecipientClass
from services.intake.domain.content import Basis, Content
from services.intake.domain.lawful_basis import CONSENT
from services.intake.domain.referral import Referral
from services.intake.entrypoints import labels


def removable(referral: Referral) -> list[Basis]:
    """All but the one for triage: that one is taken back by withdrawing the referral."""
    return [
        basis
        for basis in referral.content.bases
        if basis.basis in CONSENT and basis.recipient_class is not RecipientClass.TRIAGE
    ]


def items(referral: Referral) -> list[dict[str, Any]]:
    return [
        {
            "value": basis.recipient_class.value,
            "text": labels.recipient_label(basis.recipient_class),
            "hint": labels.label(basis.basis),
        }
        for basis in removable(referral)
    ]


def without(referral: Referral, recipients: list[RecipientClass]) -> Content:
    """Returns the content without consent for these recipients. Other lawful bases for them stay."""
    removed = [basis for basis in removable(referral) if basis.recipient_class in recipients]
    bases = tuple(basis for basis in referral.content.bases if basis not in removed)
    return replace(referral.content, bases=bases, answer=None, answers_question=None)
