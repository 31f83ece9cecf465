"""Marks text for translation where no request is at hand, and names a field in a sentence."""

_LONG_LABEL = "?,:("


def N_(text: str) -> str:  # noqa: N802 (gettext's own name)
    """The text itself: the mark is for the extraction of messages."""
    return text


def field_name(label: str) -> str:
    """A field's label at the beginning of a sentence: in quotation marks where it is not a plain name."""
    return f"“{label}”" if any(mark in label for mark in _LONG_LABEL) else label
