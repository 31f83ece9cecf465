"""A referral: what was said, in versions; whom it is about; whether it was withdrawn; how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.contracts.codes import OrganisationClass, ProgressStep, Question, Source, WithdrawalReason
from services.intake.domain.age import Age
from services.intake.domain.content import Content
from services.kernel.errors import Conflict, NotFound, Stale
from services.kernel.text import N_


class NoSuchReferral(NotFound):
    """There is none, or this person may not know of it."""


class StaleReferral(Stale):
    """Somebody changed the referral after it was read."""


class ReferralWithdrawn(Conflict):
    title = N_("This referral was withdrawn")


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

    def may_know_what(self, author: "ReferredBy") -> bool:
        """Whether this account may know what `author` wrote."""
        same_account = self.staff_id is not None and self.staff_id == author.staff_id
        both_systems = self.is_system and author.is_system
        same_organisation = self.organisation_id is not None and self.organisation_id == author.organisation_id
        return same_account or (both_systems and same_organisation)


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    at: datetime
    reason: WithdrawalReason


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The step that the referrer may see, and the question put to them."""

    version: int = 0
    step: ProgressStep = ProgressStep.RECEIVED
    at: datetime | None = None
    question: Question | None = None
    question_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What casework has said of a referral: how far it has come, and the newest version that is known there."""

    progress: Progress = Progress()
    version: int = 0

    def with_news(self, said: "Heard") -> "Heard":
        """Both as far as they have ever been: what comes late is no news."""
        further = said.progress.version > self.progress.version
        return Heard(
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

    def require_known_to(self, asking: ReferredBy) -> None:
        """Raises NoSuchReferral unless whoever asks wrote it: the same account, or systems of one organisation."""
        if not asking.may_know_what(self.referred_by):
            raise NoSuchReferral

    def amend(self, content: Content, *, age: Age, area: str, site: str | None, at: datetime, expected: int) -> None:
        """A new version, told whole. Raises StaleReferral, ReferralWithdrawn or QuestionNotAsked."""
        self._expect(expected)
        if self.withdrawal is not None:
            raise ReferralWithdrawn
        question = self._answer(content.answers_question)
        self.content = replace(content, answered=self._answered(question, content.answer))
        self.age, self.area, self.site = age, area, site
        self.recorded_at = at
        self.version += 1

    def withdraw(self, reason: WithdrawalReason, *, at: datetime) -> None:
        """Say that the referral should not have effect. Once only: raises ReferralWithdrawn."""
        if self.withdrawal is not None:
            raise ReferralWithdrawn
        self.withdrawal = Withdrawal(at=at, reason=reason)
        self.version += 1

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
        if question is None or not answer:
            return before
        return {**before, question: f"{before[question]}\n{answer}" if question in before else answer}
