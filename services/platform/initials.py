"""Initials of a name."""

NO_NAME = "–"


def initials(name: str | None) -> str:
    """Returns the first letters of the first and last word of a name; a dash if it has no letter or digit."""
    letters = [letter for word in (name or "").split() if (letter := next(filter(str.isalnum, word), ""))]
    chosen = [letters[0], letters[-1]] if len(letters) > 1 else letters
    return "".join(f"{letter.upper()}." for letter in chosen) or NO_NAME
