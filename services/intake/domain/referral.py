"""A referral: its current version, person, withdrawal and progress."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.contracts.codes import (
    OrganisationClass,
    ProgressStep,
    Question,
    RecipientClass,
    Source,
    WithdrawalReason,
)
from services.intake.domain.age import Age
from services.intake.domain.content import Content
from services.intake.domain.lawful_basis import CONSENT
from services.platform.clock import just_after, not_before
from services.platform.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.platform.i18n import N_


class NoSuchReferral(NotFound):
    """The referral does not exist, or this account may not see it."""


class StaleReferral(Stale):
    """The referral was changed after it was read."""


class ReferralWithdrawn(Conflict):
    title = N_("This referral was withdrawn")


class NotAnswered(Invalid):
    """The question is answered in words, and there are none."""

    title = N_("Write your answer")

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/answer", N_("Write your answer"))])


class QuestionNotAsked(Conflict):
    """The amendment answers a question that is not the one waiting."""

    title = N_("This question is no longer waiting for an answer")


@dataclass(frozen=True, kw_only=True)
class ReferredBy:
    """The account that wrote the referral: of staff or of a partner's system. None without an account."""

    staff_id: UUID | None
    organisation_id: UUID | None
    organisation_class: OrganisationClass | None
    is_system: bool = False
    """Whether the account is a partner's system: every system of its organisation may read what it wrote."""

    def can_read(self, author: "ReferredBy") -> bool:
        """Whether this account may know what `author` wrote."""
        same_account = self.staff_id is not None and self.staff_id == author.staff_id
        both_systems = self.is_system and author.is_system
        same_organisation = self.organisation_id is not None and self.organisation_id == author.organisation_id
        return same_account or (both_systems and same_organisation)


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    at: datetime
    reason: WithdrawalReason
    version: int
    """The referral's version that it is."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The step that the referrer may see, and the question put to them."""

    version: int = 0
    step: ProgressStep = ProgressStep.RECEIVED
    at: datetime | None = None
    question: Question | None = None
    question_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A referral's progress as casework published it, and the newest version that casework acknowledged."""

    progress: Progress = Progress()
    version: int = 0

    def merged_with(self, other: "Acknowledged") -> "Acknowledged":
        """Returns the newest of both, whatever the arrival order."""
        further = other.progress.version > self.progress.version
        return Acknowledged(
            progress=other.progress if further else self.progress,
            version=max(other.version, self.version),
        )


@dataclass(kw_only=True)
class Referral:
    id: UUID
    reference: str
    person_id: UUID
    source: Source
    referred_by: ReferredBy
    area: str
    site: str | None
    received_at: datetime
    recorded_at: datetime
    """When this version was written down."""
    age: Age
    content: Content
    version: int = 1
    withdrawal: Withdrawal | None = None
    progress: Progress = Progress()

    def require_readable_by(self, asking: ReferredBy) -> None:
        """Raises NoSuchReferral unless the caller wrote it: the same account, or a system of the same organisation."""
        if not asking.can_read(self.referred_by):
            raise NoSuchReferral

    def is_same(self, content: Content, *, area: str, site: str | None) -> bool:
        """Whether an amendment to this would change nothing. An answer to a reviewer always changes something.

        `amend` refuses every amendment to a withdrawn referral except removing consent.
        """
        answers = content.answer is not None or content.answers_question is not None
        if answers or self.withdrawal is not None:
            return False
        return (area, site) == (self.area, self.site) and content.has_same_answers(self.content)

    def amend(self, content: Content, *, age: Age, area: str, site: str | None, at: datetime, expected: int) -> None:
        """Makes a new version. After a withdrawal, consent can still be removed and nothing else changed.

        Raises StaleReferral, ReferralWithdrawn, QuestionNotAsked or NotAnswered.
        """
        self._expect(expected)
        same_place = (area, site) == (self.area, self.site)
        if self.withdrawal is not None and not (same_place and self._only_drops_consent(content)):
            raise ReferralWithdrawn(N_("Only consent can still be removed from it."))
        question = self._answer(content.answers_question)
        if question not in (None, Question.SAFE_CONTACT) and not content.answer:
            raise NotAnswered
        self.content = replace(content, answered=self._answered(question, content.answer))
        self.age, self.area, self.site = age, area, site
        # The clock may be set back, and readers order versions by time too.
        self.recorded_at = just_after(at, self.recorded_at)
        self.version += 1

    def withdraw(self, reason: WithdrawalReason, *, at: datetime) -> None:
        """Withdraws the referral. Raises ReferralWithdrawn if it was withdrawn before.

        Withdrawal of consent may follow another reason, since only it ends what rests on consent.
        """
        takes_consent_back = reason is WithdrawalReason.CONSENT_WITHDRAWN
        if self.withdrawal is not None and (not takes_consent_back or self.withdrawal.reason is reason):
            raise ReferralWithdrawn
        self.version += 1
        before = self.withdrawal.at if self.withdrawal else None
        at = not_before(at, self.received_at, self.recorded_at, before)
        self.withdrawal = Withdrawal(at=at, reason=reason, version=self.version)

    @property
    def is_hidden(self) -> bool:
        """Whether consent was withdrawn and no other basis lets reviewers see its identity."""
        withdrawn = self.withdrawal is not None and self.withdrawal.reason is WithdrawalReason.CONSENT_WITHDRAWN
        triage = [basis for basis in self.content.bases if basis.recipient_class is RecipientClass.TRIAGE]
        return withdrawn and all(basis.basis in CONSENT for basis in triage)

    def _only_drops_consent(self, content: Content) -> bool:
        kept, gone = set(content.bases), set(self.content.bases) - set(content.bases)
        same = replace(content, bases=(), answered={}) == replace(
            self.content, bases=(), answered={}, answer=None, answers_question=None
        )
        return same and bool(gone) and kept <= set(self.content.bases) and all(b.basis in CONSENT for b in gone)

    def _expect(self, version: int) -> None:
        if version != self.version:
            raise StaleReferral

    def _answer(self, question_id: UUID | None) -> Question | None:
        if question_id is None:
            return None
        if question_id != self.progress.question_id:
            raise QuestionNotAsked
        question = self.progress.question
        self.progress = replace(self.progress, question=None, question_id=None)
        return question

    def _answered(self, question: Question | None, answer: str | None) -> Mapping[Question, str]:
        """Returns earlier answers with the new one; a question that is asked twice has both answers."""
        before = self.content.answered
        if question is Question.SAFE_CONTACT:
            # Its answer is the ways, numbers and do-not-contact list of this version: older words would stand beside them.
            rest = {known: other for known, other in before.items() if known is not question}
            return rest | ({question: answer} if answer else {})
        if question is None or not answer:
            return before
        return {**before, question: f"{before[question]}\n{answer}" if question in before else answer}
