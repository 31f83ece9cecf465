"""Marks text for translation where no request is at hand. The page that shows it translates it."""


def N_(text: str) -> str:  # noqa: N802 (gettext's own name)
    """The text itself: the mark is for the extraction of messages."""
    return text
