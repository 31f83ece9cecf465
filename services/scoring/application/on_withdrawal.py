"""Use case: a referral is withdrawn; what it said no longer counts for the person's other referrals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import EstimateCause
from services.scoring.application.ports import UnitOfWork
from services.scoring.application.score import rescore_person
from services.scoring.domain.referral import Referral


@dataclass(frozen=True, kw_only=True)
class ApplyWithdrawal:
    referral_id: UUID
    person_id: UUID
    withdrawn_at: datetime


def on_withdrawal(command: ApplyWithdrawal, uow: UnitOfWork) -> None:
    """The withdrawn referral keeps its answer, for the person who confirms the withdrawal or decides all the same."""
    referral = uow.referrals.get(command.referral_id)
    if referral is None:
        referral = Referral(id=command.referral_id, person_id=command.person_id, person_since=command.withdrawn_at)
    held_by = referral.person_id
    moved = referral.belongs_to(command.person_id, since=command.withdrawn_at)
    first = referral.withdraw(command.withdrawn_at)
    uow.referrals.save(referral)
    if not first and not moved:
        return
    uow.audit("referral.withdrawal_acknowledged", subject_type="referral", subject_id=referral.id)
    for person_id in sorted({held_by, referral.person_id}):
        rescore_person(person_id, cause=EstimateCause.SOURCE_WITHDRAWN, uow=uow)
