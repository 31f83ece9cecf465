"""Fields of a referral that have rules of their own: identifiers, moments, and answers that may be "not known"."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError

from services.intake.domain.nhs_number import nhs_number
from services.intake.domain.phone import phone
from services.intake.domain.postcode import postcode
from services.kernel.errors import RuleBroken
from services.kernel.text import N_
from services.kernel.web.fields import StrictCode, StrictList, StrictString

NOT_KNOWN = "not_known"
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_FURTHEST_ZONE = timedelta(hours=14)


class Identifier(StrictString):
    """A short text on one line that the domain gives its one form. `read` raises RuleBroken for what is none."""

    def __init__(self, read: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and ("\n" in value or "\r" in value):
            self.refuse(N_("Write this on one line"))
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text:
            return None
        try:
            return self._read(text)
        except RuleBroken as fault:
            raise ValidationError(fault.detail) from None


def nhs_number_field() -> Identifier:
    """Whether numbers of the test range are good is the policy's to say, not the field's."""
    return Identifier(lambda text: nhs_number(text, test_numbers=True), most=20, allow_none=True)


def phone_field() -> Identifier:
    return Identifier(phone, most=60, allow_none=True)


def postcode_field() -> Identifier:
    return Identifier(postcode, most=60, allow_none=True)


class Moment(StrictString):
    """A time with its zone: 2026-11-22T02:10:00Z, or +01:00 instead of Z."""

    def __init__(self, **options: Any) -> None:
        super().__init__(most=40, metadata={"format": "date-time"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self.refuse(N_("Enter a real date and time"))
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.refuse(N_("Enter a real date and time"))
        offset = moment.utcoffset()
        if offset is None or abs(offset) > _FURTHEST_ZONE or not 1900 <= moment.year <= 2099:
            self.refuse(N_("Enter a real date and time"))
        return moment


class CodesOrNotKnown(StrictList):
    """A required choice of several codes, or "not_known" alone, which is loaded as an empty list."""

    def __init__(self, codes: type[StrEnum], **options: Any) -> None:
        super().__init__(_CodeOrNotKnown(codes), unique=True, least=1, required=True, **options)

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
