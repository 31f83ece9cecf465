"""Scoring's unit of work in memory."""

import copy
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import NotEstimatedReason
from services.contracts.schema import EventSchema
from services.scoring.application.ports import Champion, RecordedOutcome, ScoringResult
from services.scoring.domain.referral import Referral
from services.scoring.domain.result import AnswerLimits, Estimate, Result
from tests.factories.scoring import FakeChampion, day
from tests.fakes.republish import FakeRepublishJobs


class FakeReferrals:
    def __init__(self, answers: "FakeResults") -> None:
        self._rows: dict[UUID, Referral] = {}
        self._answers = answers

    def get(self, referral_id: UUID) -> Referral | None:
        return copy.deepcopy(self._rows.get(referral_id))

    def of_person(self, person_id: UUID) -> list[Referral]:
        found = [row for row in self._rows.values() if row.person_id == person_id]
        return [copy.deepcopy(row) for row in sorted(found, key=lambda row: (str(row.received_at), row.id))]

    def save(self, referral: Referral) -> None:
        self._rows[referral.id] = copy.deepcopy(referral)

    def answered_by_another_model(self, version: str, *, limit: int, unanswered_only: bool) -> list[Referral]:
        found = []
        for row in self._rows.values():
            held = self._answers.current.get(row.id)
            if held is None or row.withdrawn_at is not None:
                continue
            reason = None if isinstance(held.answer, Estimate) else held.answer.reason
            unanswered = reason is NotEstimatedReason.MODEL_UNAVAILABLE
            if unanswered if unanswered_only else held.answer.model_version != version:
                found.append(copy.deepcopy(row))
        return found[:limit]


class FakeResults:
    def __init__(self) -> None:
        self.given: list[ScoringResult] = []
        self.current: dict[UUID, ScoringResult] = {}

    def is_unchanged(self, referral_id: UUID, version: int, answer: Result) -> bool:
        held = self.current.get(referral_id)
        return held is not None and held.referral_version == version and _saying(held.answer) == _saying(answer)

    def save(self, given: ScoringResult) -> None:
        self.given.append(given)
        self.current[given.referral_id] = given

    def current_of(self, referral_ids: Collection[UUID]) -> list[ScoringResult]:
        return [self.current[referral_id] for referral_id in sorted(referral_ids) if referral_id in self.current]

    def current_after(self, place: UUID | None, *, given_by: datetime, limit: int) -> list[ScoringResult]:
        after = [given for given in self.current_of(self.current) if place is None or given.referral_id > place]
        return [given for given in after if given.at <= given_by][:limit]


def _saying(answer: Result) -> tuple[object, ...]:
    reason = None if isinstance(answer, Estimate) else answer.reason
    return reason, answer.model_version, answer.features.digest if answer.features else None


class FakeVersions:
    def __init__(self) -> None:
        self.held: dict[object, int] = {}
        self.kept: dict[UUID, RecordedOutcome] = {}
        self.descriptions: list[tuple[Mapping[str, Any], datetime]] = []

    def newer(self, match_id: object, version: int) -> bool:
        if self.held.get(match_id, 0) >= version:
            return False
        self.held[match_id] = version
        return True

    def keep(self, outcome: RecordedOutcome) -> bool:
        if not self.newer(outcome.id, outcome.version):
            return False
        self.kept[outcome.id] = outcome
        return True

    def describe(self, champion: Champion, at: datetime) -> bool:
        if not self.newer(champion.version, 1):
            return False
        self.descriptions.append((champion.description, at))
        return True

    def described(self) -> list[tuple[Mapping[str, Any], datetime]]:
        return self.descriptions


class FakeUnitOfWork:
    def __init__(
        self, champion: Champion | None = None, *, demonstration: bool = True, limits: AnswerLimits | None = None
    ) -> None:
        self.results = FakeResults()
        self.referrals = FakeReferrals(self.results)
        self.matches = FakeVersions()
        self.outcomes = FakeVersions()
        self.models = FakeVersions()
        self.republish_jobs = FakeRepublishJobs()
        self.champion: Champion | None = champion or FakeChampion()
        self.demonstration = demonstration
        self.limits = limits or AnswerLimits()
        self.published: list[tuple[type[EventSchema], Mapping[str, Any]]] = []
        self.audited: list[str] = []
        self.at = day(30)

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        schema.encode(data)
        self.published.append((schema, data))

    def audit(self, what: str, **_: Any) -> None:
        self.audited.append(what)

    def answer_to(self, referral_id: UUID) -> Result:
        return self.results.current[referral_id].answer
