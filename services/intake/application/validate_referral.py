"""Use case: validate a referral before its author checks it. Stores nothing."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.codes import OrganisationClass
from services.intake.application.ports import UnitOfWork
from services.intake.application.validation import check
from services.intake.domain.content import Content


@dataclass(frozen=True, kw_only=True)
class ValidateReferral:
    content: Content
    referring: OrganisationClass
    referred_at: datetime


def validate_referral(command: ValidateReferral, uow: UnitOfWork) -> None:
    """Raises what `check` raises."""
    check(command.content, referring=command.referring, referred_at=command.referred_at, uow=uow)
