"""What the use cases of scoring need from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.contracts.codes import EstimateCause, Outcome
from services.contracts.schema import EventSchema
from services.platform.republish import RepublishJobs
from services.scoring.domain.referral import Earlier, Referral
from services.scoring.domain.result import AnswerLimits, Result


class Champion(Protocol):
    """The model in use, verified and loaded."""

    @property
    def version(self) -> str: ...
    @property
    def invented_data(self) -> bool: ...
    @property
    def description(self) -> Mapping[str, Any]:
        """What ModelDescribedV2 says of it, but for the time."""

    @property
    def evaluation(self) -> Mapping[str, Any] | None:
        """What training measured of it, if that came along."""

    def answer(self, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]) -> Result: ...


@dataclass(frozen=True, kw_only=True)
class ScoringResult:
    """One answer given to one version of a referral, and what made us give it."""

    id: UUID
    referral_id: UUID
    referral_version: int
    person_id: UUID
    sequence: int
    cause: EstimateCause
    at: datetime
    answer: Result


class Referrals(Protocol):
    def get(self, referral_id: UUID) -> Referral | None: ...
    def of_person(self, person_id: UUID) -> list[Referral]: ...
    def save(self, referral: Referral) -> None: ...
    def answered_by_another_model(self, version: str, *, limit: int, unanswered_only: bool) -> list[Referral]:
        """Referrals not withdrawn whose current answer is not this model's; or only those that had no model at all."""


class Results(Protocol):
    def is_unchanged(self, referral_id: UUID, version: int, answer: Result) -> bool:
        """Whether the referral's current answer is this very one."""

    def save(self, given: ScoringResult) -> None:
        """Keep the answer as the referral's current one; the one before is kept and no longer current."""

    def current_of(self, referral_ids: Collection[UUID]) -> list[ScoringResult]:
        """What these referrals now stand answered with."""

    def current_after(self, last_id: UUID | None, *, given_by: datetime, limit: int) -> list[ScoringResult]:
        """The next by referral id that were given by that time; those of the lowest ids when `place` is None."""


class Matches(Protocol):
    def newer(self, match_id: UUID, version: int) -> bool:
        """Remember this version of a match. False when one as high was heard before."""


@dataclass(frozen=True, kw_only=True)
class RecordedOutcome:
    id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    person_id: UUID
    outcome: Outcome
    at: datetime


class Outcomes(Protocol):
    def keep(self, outcome: RecordedOutcome) -> bool:
        """False when a version as high is kept already."""


class Models(Protocol):
    def describe(self, champion: Champion, at: datetime) -> bool:
        """Keep the description of a model version. False when it is kept already."""

    def described(self) -> list[tuple[Mapping[str, Any], datetime]]:
        """Every description kept, and since when."""


class Publisher(Protocol):
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class UnitOfWork(Publisher, Protocol):
    """One transaction. It is committed by the dispatcher, never here."""

    @property
    def referrals(self) -> Referrals: ...
    @property
    def results(self) -> Results: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def outcomes(self) -> Outcomes: ...
    @property
    def models(self) -> Models: ...
    @property
    def republish_jobs(self) -> RepublishJobs: ...
    @property
    def champion(self) -> Champion | None: ...
    @property
    def demonstration(self) -> bool: ...
    @property
    def limits(self) -> AnswerLimits: ...
    @property
    def at(self) -> datetime: ...
    def audit(
        self,
        what: str,
        *,
        subject_type: str,
        subject_id: UUID | str,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None: ...
