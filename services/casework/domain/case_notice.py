"""What the manager of a team must know of a case and its worker."""

from enum import StrEnum


class NoticeKind(StrEnum):
    UNASSIGNED = "unassigned"
    """The worker lost what they need to work it: it is nobody's now."""
    RETURNED = "returned"
    """The worker gave it back."""
    WORKER_IDLE = "worker_idle"
    """The worker has not signed in for long, and still has it."""
    WORKER_CANNOT_ACT = "worker_cannot_act"
    """The worker cannot sign in or may not work it, and still has it."""
