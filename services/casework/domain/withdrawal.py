"""What a withdrawal of consent ends, and when (UK GDPR Article 7(3)). A withdrawal for another reason ends no basis."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import LawfulBasis, RecipientClass, WithdrawalReason

CONSENT = frozenset({LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER})


@dataclass(frozen=True, kw_only=True)
class ConsentEnded:
    """When consent ended; None if it was not withdrawn.

    For triage it ends when a reviewer confirms the withdrawal, because somebody must act on it first.
    """

    at: datetime | None = None
    for_triage_at: datetime | None = None

    def of(self, recipient: RecipientClass, basis: LawfulBasis) -> datetime | None:
        """Returns when this basis ended for this recipient, or None."""
        if basis not in CONSENT:
            return None
        return self.for_triage_at if recipient is RecipientClass.TRIAGE else self.at


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """The referrer's request to withdraw; `confirmed_at` is when a reviewer confirmed it."""

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
