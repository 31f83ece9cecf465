"""What comes after a decision and somebody is to read."""

from enum import StrEnum


class ChangeKind(StrEnum):
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    BASIS_EXPIRED = "basis_expired"
    """No lawful basis lets the case's team know any more: its last day has passed, or the referrer took it back."""
