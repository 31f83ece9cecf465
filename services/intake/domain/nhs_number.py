"""NHS numbers: ten digits with a check digit. A valid check digit does not show whose number it is."""

import re
from collections.abc import Sequence

from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_
from services.platform.identifiers import plain_characters

_SEPARATORS = re.compile(r"(?<=[0-9]) ?[ -] ?(?=[0-9])", re.ASCII)
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
_TEST_RANGE = "999"
_EXAMPLES = frozenset({"0123456789", "4010232137", "4505577104", "4857773456", "9434765919", "9876543210"})
"""Numbers of documentation and of forms, our own included: they have a right check digit, and people copy them."""


class NotAnNhsNumber(Invalid):
    """The text is not a valid NHS number."""

    title = N_("Enter an NHS number")

    sentence = N_("Enter an NHS number of 10 digits, like 485 777 3456, or leave it blank")

    def __init__(self, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(self.sentence, errors=errors)


def nhs_number(text: str, *, test_numbers: bool = False) -> str:
    """The ten digits. Spaces, hyphens and dashes between digits are taken out, and what cannot be seen.

    Numbers of the test range (999…) are good only with `test_numbers`. Raises NotAnNhsNumber.
    """
    digits = _SEPARATORS.sub("", plain_characters(text))
    # All ten numbers of one repeated digit have a valid check digit but are not issued.
    if not _TEN_DIGITS.fullmatch(digits) or len(set(digits)) == 1 or not _check_digit_agrees(digits):
        raise NotAnNhsNumber
    if digits.startswith(_TEST_RANGE) and not test_numbers:
        raise NotAnNhsNumber
    return digits


def is_example(number: str, *, test_numbers: bool) -> bool:
    """Whether ten digits are not issued to a person: an example, one repeated digit, or of the test range.

    With `test_numbers`, those of the test range are those of the people here.
    """
    is_test = number.startswith(_TEST_RANGE) and not test_numbers
    return is_test or number in _EXAMPLES or len(set(number)) == 1


def _check_digit_agrees(digits: str) -> bool:
    """Modulus 11, NHS Data Dictionary: weights 10 to 2; a check digit of 10 is never given out."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])
