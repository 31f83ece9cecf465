"""Use case: casework says how far a referral has come, or that a reviewer asks something."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.application.ports import UnitOfWork
from services.intake.domain.referral import Acknowledged, Progress


@dataclass(frozen=True, kw_only=True)
class ApplyProgress:
    referral_id: UUID
    progress: Progress
    visible_to: int = 1
    """The newest version of the referral that casework knows."""


def on_progress(command: ApplyProgress, uow: UnitOfWork) -> None:
    """Raises NoSuchReferral: only intake makes referrals, so there is none that it does not know."""
    held = uow.acknowledgements.get(command.referral_id)
    now = held.merged_with(Acknowledged(progress=command.progress, version=command.visible_to))
    if now != held:
        uow.acknowledgements.save(command.referral_id, now)
