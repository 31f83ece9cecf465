"""Event handler: casework published a referral's progress or a reviewer's question."""

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
    stored = uow.acknowledgements.get(command.referral_id)
    merged = stored.merged_with(Acknowledged(progress=command.progress, version=command.visible_to))
    if merged != stored:
        uow.acknowledgements.save(command.referral_id, merged)
