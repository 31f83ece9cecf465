"""Marks text for translation outside of a request, and names a field in a sentence."""

_LONG_LABEL = "?,:("


def N_(text: str) -> str:  # noqa: N802 (gettext's own name)
    """Returns the text itself: only marks it for the extraction of messages."""
    return text


def field_name(label: str) -> str:
    """Returns a field's label for the beginning of a sentence: in quotation marks unless it is a plain name."""
    return f"“{label}”" if any(mark in label for mark in _LONG_LABEL) else label
