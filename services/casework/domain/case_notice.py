"""Notices to a team's manager about a case and its worker."""

from enum import StrEnum


class NoticeKind(StrEnum):
    UNASSIGNED = "unassigned"
    """The worker lost the account, role or team that the case needs, so it was unassigned."""
    RETURNED = "returned"
    """The worker returned it."""
    WORKER_IDLE = "worker_idle"
    """The worker has not signed in for a long time and the case is still assigned to them."""
    WORKER_CANNOT_ACT = "worker_cannot_act"
    """The worker cannot sign in or may not work on it, and the case is still assigned to them."""
