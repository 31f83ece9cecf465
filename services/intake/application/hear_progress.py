"""Use case: casework says how far a referral has come, or that a reviewer asks something."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.application.ports import UnitOfWork
from services.intake.domain.referral import Heard, Progress


@dataclass(frozen=True, kw_only=True)
class HearProgress:
    referral_id: UUID
    progress: Progress
    knows: int = 1
    """The newest version of the referral that casework knows."""


def hear_progress(command: HearProgress, uow: UnitOfWork) -> None:
    """Raises NoSuchReferral: only intake makes referrals, so there is none that it does not know."""
    held = uow.heard.get(command.referral_id)
    now = held.with_news(Heard(progress=command.progress, version=command.knows))
    if now != held:
        uow.heard.keep(command.referral_id, now)
