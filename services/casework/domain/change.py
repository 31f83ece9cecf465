"""Changes after a decision that somebody must read."""

from enum import StrEnum


class ChangeKind(StrEnum):
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    BASIS_EXPIRED = "basis_expired"
    """No lawful basis covers the case's team any more: it expired or the referrer withdrew it."""
