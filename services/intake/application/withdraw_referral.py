"""Use case: the referrer withdraws a referral. Casework decides what happens to its review."""

from dataclasses import dataclass
from uuid import UUID

from services.contracts.codes import WithdrawalReason
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import publish_withdrawn
from services.intake.domain.referral import Referral, ReferredBy


@dataclass(frozen=True, kw_only=True)
class WithdrawReferral:
    referral_id: UUID
    reason: WithdrawalReason
    asking: ReferredBy


def withdraw_referral(command: WithdrawReferral, uow: UnitOfWork) -> Referral:
    """Raises NoSuchReferral or ReferralWithdrawn."""
    referral = uow.referrals.get(command.referral_id)
    referral.require_readable_by(command.asking)
    referral.withdraw(command.reason, at=uow.at)
    uow.referrals.save(referral)
    publish_withdrawn(referral, uow)
    uow.audit("referral.withdrawn", subject_type="referral", subject_id=referral.id, reason=command.reason.value)
    return referral
