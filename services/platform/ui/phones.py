"""Formats telephone numbers as dialled in the United Kingdom; they are stored in E.164."""

import re

_FORMS = (
    (re.compile(r"\+44(2[0-9])([0-9]{4})([0-9]{4})", re.ASCII), r"0\1 \2 \3"),
    (re.compile(r"\+44(11[0-9]|1[2-9]1|[389][0-9]{2})([0-9]{3})([0-9]{4})", re.ASCII), r"0\1 \2 \3"),
    (re.compile(r"\+44([389][0-9]{2})([0-9]{6})", re.ASCII), r"0\1 \2"),
    (re.compile(r"\+44([1-9][0-9]{3})([0-9]{5,6})", re.ASCII), r"0\1 \2"),
)
"""Area codes of two, three and four digits after the 0, with the grouping of the rest."""


def dialled(number: str) -> str:
    """07700 900123 for +447700900123. Returns a number abroad, or a text that is not a number, unchanged."""
    for form, groups in _FORMS:
        if found := form.fullmatch(number):
            return found.expand(groups)
    return number
