"""References that a person can read out over the telephone: no letter or digit that looks like another."""

from collections.abc import Callable, Sequence

LETTERS = "2346789CDFGHJKMPQRTVWXY"  # pragma: allowlist secret
"""No 0 and O, 1, I and L, 5 and S, 8 and B, N (said like M); no A, E, U either, so that no word is spelt."""
_LENGTH = 6


def new_reference(choose: Callable[[Sequence[str]], str]) -> str:
    """A reference like `R-7Q2M9K`, one of 148 million. `choose` picks one of a sequence, by chance."""
    return "R-" + "".join(choose(LETTERS) for _ in range(_LENGTH))
