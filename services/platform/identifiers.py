"""Cleans what people paste into a field for a number, a code or a reference."""

import unicodedata

_MINUS = "\N{MINUS SIGN}"
_JOINER = "\N{COMBINING GRAPHEME JOINER}"
_VARIATION_SELECTORS = ("\ufe00", "\ufe0f")


def plain_characters(text: str) -> str:
    """The text with plain single spaces and hyphens, without what cannot be seen, and trimmed.

    Spreadsheets, letters and telephones paste no-break spaces, soft hyphens, zero-width characters and marks of the
    writing's direction along with a number. Only for identifiers, dates and numbers: a name needs some of these.
    """
    return " ".join((text if text.isascii() else "".join(map(_plain, text))).split())


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character == _MINUS:
        return "-"
    first, last = _VARIATION_SELECTORS
    hidden = category == "Cf" or character == _JOINER or first <= character <= last
    return "" if hidden else character
