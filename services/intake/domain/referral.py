"""A referral: what was said, in versions; whom it is about; whether it was withdrawn; how far it has come."""

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
    """There is none, or this person may not know of it."""


class StaleReferral(Stale):
    """Somebody changed the referral after it was read."""


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
    """Whose account wrote the referral: a member of staff's, or a partner's system's. None where no account did."""

    staff_id: UUID | None
    organisation_id: UUID | None
    organisation_class: OrganisationClass | None
    is_system: bool = False
    """Whether the account is a partner's system: what it wrote is known to every system of its organisation."""

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
    """What casework has said of a referral: how far it has come, and the newest version that is known there."""

    progress: Progress = Progress()
    version: int = 0

    def merged_with(self, said: "Acknowledged") -> "Acknowledged":
        """Both as far as they have ever been: what comes late is no news."""
        further = said.progress.version > self.progress.version
        return Acknowledged(
            progress=said.progress if further else self.progress,
            version=max(said.version, self.version),
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
        """Raises NoSuchReferral unless whoever asks wrote it: the same account, or systems of one organisation."""
        if not asking.can_read(self.referred_by):
            raise NoSuchReferral

    def is_same(self, content: Content, *, area: str, site: str | None) -> bool:
        """Whether an amendment to this would change nothing. An answer to a reviewer always changes something.

        One to a withdrawn referral is refused by `amend`, whatever it says.
        """
        answers = content.answer is not None or content.answers_question is not None
        if answers or self.withdrawal is not None:
            return False
        return (area, site) == (self.area, self.site) and content.has_same_answers(self.content)

    def amend(self, content: Content, *, age: Age, area: str, site: str | None, at: datetime, expected: int) -> None:
        """A new version, told whole. After a withdrawal consent can still be taken back, and nothing else be changed.

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
        # A clock may be set back, and whoever hears of two versions goes by their times too.
        self.recorded_at = just_after(at, self.recorded_at)
        self.version += 1

    def withdraw(self, reason: WithdrawalReason, *, at: datetime) -> None:
        """Say that the referral should not have effect. Once only: raises ReferralWithdrawn.

        That consent was taken back can be said after another reason: only it ends what rests on consent.
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
        """Whether consent was taken back that alone let reviewers know who it is about."""
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
        """What was answered before stands when something else changes; a question asked twice keeps both answers."""
        before = self.content.answered
        if question is Question.SAFE_CONTACT:
            # Its answer is the ways, numbers and do-not-contact list of this version: older words would stand beside them.
            rest = {known: said for known, said in before.items() if known is not question}
            return rest | ({question: answer} if answer else {})
        if question is None or not answer:
            return before
        return {**before, question: f"{before[question]}\n{answer}" if question in before else answer}
