"""Telephone numbers, as they are dialled from anywhere."""

import re

from services.platform.errors import Invalid
from services.platform.i18n import N_
from services.platform.identifiers import plain_characters

_MAX_LENGTH = 30
_TYPED = re.compile(r"\+?[0-9 ().-]+", re.ASCII)
_NOT_DIGITS = re.compile(r"[^0-9]", re.ASCII)
_NATIONAL = re.compile(r"0[1-9][0-9]{8,9}", re.ASCII)
_UNITED_KINGDOM = re.compile(r"44[1-9][0-9]{8,9}", re.ASCII)
_ABROAD = re.compile(r"[1-9][0-9]{7,14}", re.ASCII)


class NotAPhoneNumber(Invalid):
    title = N_("Enter a phone number")

    def __init__(self) -> None:
        super().__init__(N_("Enter a phone number, like 07700 900 982 or +44 808 157 0192, or leave it blank"))


def phone(text: str) -> str:
    """The number in the form of E.164: `+447700900982`. Raises NotAPhoneNumber."""
    typed = plain_characters(text)
    if len(typed) > _MAX_LENGTH or not _TYPED.fullmatch(typed):
        raise NotAPhoneNumber
    digits = _NOT_DIGITS.sub("", typed.replace("(0)", ""))
    if not typed.startswith("+"):
        if digits.startswith("00"):
            return _international(digits[2:])
        if not _NATIONAL.fullmatch(digits):
            raise NotAPhoneNumber
        return f"+44{digits[1:]}"
    return _international(digits)


def _international(digits: str) -> str:
    form = _UNITED_KINGDOM if digits.startswith("44") else _ABROAD
    if not form.fullmatch(digits):
        raise NotAPhoneNumber
    return f"+{digits}"
