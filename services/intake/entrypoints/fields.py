"""Fields of a referral that have rules of their own: identifiers, and answers that may be "not known"."""

from enum import StrEnum
from typing import Any

from services.intake.domain.nhs_number import nhs_number
from services.intake.domain.phone import phone
from services.intake.domain.postcode import postcode
from services.platform.i18n import N_
from services.platform.web.fields import Identifier, StrictCode, StrictList

NOT_KNOWN = "not_known"
PHONES = ("young_person.phone", "referrer.phone")
"""The fields with a telephone number."""


def nhs_number_field() -> Identifier:
    """The field accepts the test range; the policy decides whether it is valid here."""
    return Identifier(lambda text: nhs_number(text, test_numbers=True), maximum=20, allow_none=True)


def phone_field() -> Identifier:
    return Identifier(phone, maximum=60, allow_none=True)


def postcode_field() -> Identifier:
    return Identifier(postcode, maximum=60, allow_none=True)


class CodesOrNotKnown(StrictList):
    """A required choice of several codes, or "not_known" alone, which is loaded as an empty list."""

    def __init__(self, codes: type[StrEnum], **options: Any) -> None:
        super().__init__(_CodeOrNotKnown(codes), unique=True, minimum=1, required=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        found = super()._deserialize(value, attr, data, **kwargs)
        if None in found and len(found) > 1:
            self.refuse(N_("Choose “not known” alone, or the answers that hold"))
        return [] if None in found else found


class _CodeOrNotKnown(StrictCode):
    def __init__(self, codes: type[StrEnum], **options: Any) -> None:
        either = [*(code.value for code in codes), NOT_KNOWN]
        super().__init__(codes, metadata={"enum": either}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return None if value == NOT_KNOWN else super()._deserialize(value, attr, data, **kwargs)
