"""What a withdrawal of consent ends, and when (UK GDPR Article 7(3)). A withdrawal for another reason ends no basis."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import LawfulBasis, RecipientClass, WithdrawalReason

CONSENT = frozenset({LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER})


@dataclass(frozen=True, kw_only=True)
class ConsentEnded:
    """Since when consent lets nobody know; None where it was not withdrawn.

    Reviewers are told until one of them has confirmed the withdrawal: until then somebody has to see that it is heeded.
    """

    at: datetime | None = None
    for_triage_at: datetime | None = None

    def of(self, recipient: RecipientClass, basis: LawfulBasis) -> datetime | None:
        """Since when this basis lets this recipient know no more."""
        if basis not in CONSENT:
            return None
        return self.for_triage_at if recipient is RecipientClass.TRIAGE else self.at


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """The referrer asked to withdraw the referral; `confirmed_at` when a reviewer confirmed it."""

    reason: WithdrawalReason
    withdrawn_at: datetime
    confirmed_at: datetime | None = None
    confirmed_by: UUID | None = None
    readable_until: datetime | None = None

    @property
    def is_of_consent(self) -> bool:
        return self.reason is WithdrawalReason.CONSENT_WITHDRAWN

    @property
    def consent_ended(self) -> ConsentEnded:
        if not self.is_of_consent:
            return ConsentEnded()
        return ConsentEnded(at=self.withdrawn_at, for_triage_at=self.confirmed_at)
