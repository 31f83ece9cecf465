"""Cleans numbers, codes and references that people paste into a field."""

import unicodedata

_MINUS = "\N{MINUS SIGN}"
_JOINER = "\N{COMBINING GRAPHEME JOINER}"
_VARIATION_SELECTORS = ("\ufe00", "\ufe0f")


def plain_characters(text: str) -> str:
    """Returns the text with plain single spaces and hyphens, trimmed, without invisible characters.

    Text from spreadsheets, letters and telephones contains no-break spaces, soft hyphens, zero-width characters and
    direction marks. Only for identifiers, dates and numbers: names need some of these characters.
    """
    return " ".join((text if text.isascii() else "".join(map(_plain, text))).split())


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character == _MINUS:
        return "-"
    first, last = _VARIATION_SELECTORS
    hidden = category == "Cf" or character == _JOINER or first <= character <= last
    return "" if hidden else character
