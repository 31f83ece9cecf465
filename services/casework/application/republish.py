"""Use cases: republish casework's events on request, and request data that open reviews lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.casework.application.case_publishing import publish_entry
from services.casework.application.record_case_equality import publish_equality
from services.casework.application.review_publishing import publish_history
from services.casework.domain.case import Case
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.review import Review
from services.contracts.casework import RepublishCompletedV1, RepublishRequestedV1
from services.contracts.schema import EventSchema
from services.contracts.topics import (
    CASES,
    CASEWORK_EQUALITY,
    ESTIMATES,
    IDENTITIES,
    NARRATIVES,
    OUTCOMES,
    REFERRALS,
    REVIEWS,
)
from services.platform.republish import (
    FilteredPublisher,
    RepublishedBatch,
    RepublishJob,
    RepublishJobs,
    RepublishNextBatch,
    StartRepublish,
    republish_batch,
)

_OURS = frozenset({REVIEWS.name, CASES.name, CASEWORK_EQUALITY.name, OUTCOMES.name})
_DETAILS = [REFERRALS.name, IDENTITIES.name, NARRATIVES.name]
_ANSWER = [REFERRALS.name, ESTIMATES.name]
_PAGE_SIZE = 100


class Owned(Protocol):
    """Reviews with their cases and equality answers, for republishing only."""

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        """Returns the next first rounds by id whose referrals were received by that time."""

    def rounds(self, review_id: UUID) -> Sequence[UUID]:
        """Returns every round of its referral, first to last."""

    def review(self, review_id: UUID) -> Review:
        """Returns the review with its decision, if any."""

    def cases(self, review_id: UUID) -> list[Case]: ...
    def equality(self, review_id: UUID) -> list[CaseEquality]:
        """Returns the newest answers in each of its cases."""


@dataclass(frozen=True, kw_only=True)
class MissingData:
    """Data that an open review still lacks some time after it was received."""

    referral_id: UUID
    details: bool
    answer: bool


class MissingDataStore(Protocol):
    def due(self, *, at: datetime, limit: int) -> Sequence[MissingData]: ...
    def request(self, referral_id: UUID, *, at: datetime) -> None: ...


class RepublishUnitOfWork(Protocol):
    @property
    def owned(self) -> Owned: ...
    @property
    def missing_data(self) -> MissingDataStore: ...
    @property
    def republish_jobs(self) -> RepublishJobs: ...
    @property
    def at(self) -> datetime: ...
    def new_id(self) -> UUID: ...
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class RequestMissingData:
    """Request the data that open reviews lack from its owners."""


def request_missing_data(_command: RequestMissingData, uow: RepublishUnitOfWork) -> int:
    """Returns the number of reviews. A missing result may have been lost in either direction, so both owners are asked."""
    due = uow.missing_data.due(at=uow.at, limit=_PAGE_SIZE)
    _ask(_DETAILS, [missing.referral_id for missing in due if missing.details], uow)
    _ask(_ANSWER, [missing.referral_id for missing in due if missing.answer], uow)
    for missing in due:
        uow.missing_data.request(missing.referral_id, at=uow.at)
    return len(due)


def _ask(topics: list[str], referral_ids: list[UUID], uow: RepublishUnitOfWork) -> None:
    if referral_ids:
        request = {"topics": topics, "referral_ids": referral_ids, "requested_at": uow.at}
        uow.publish(RepublishRequestedV1, {"request_id": uow.new_id(), "version": 1, **request})


def on_republish_requested(command: StartRepublish, uow: RepublishUnitOfWork) -> None:
    """Starts a republish job. Casework republishes whole reviews, never single referrals."""
    topics = command.topics & _OURS
    if topics:
        uow.republish_jobs.begin(command.request_id, topics, requested_at=command.requested_at)


def republish_next_batch(_command: RepublishNextBatch, uow: RepublishUnitOfWork) -> int:
    def publish_batch(job: RepublishJob) -> RepublishedBatch:
        ids = uow.owned.after(job.last_id, received_by=job.requested_at, limit=_PAGE_SIZE)
        counts = {REVIEWS.name: len(ids), CASES.name: 0, CASEWORK_EQUALITY.name: 0}
        for review_id in ids:
            cases, equality = _republish_referral(review_id, FilteredPublisher(uow, job.topics), uow.owned, at=uow.at)
            counts[CASES.name] += cases
            counts[CASEWORK_EQUALITY.name] += equality
        return RepublishedBatch(last=ids[-1] if len(ids) == _PAGE_SIZE else None, counts=counts)

    return republish_batch(uow.republish_jobs, uow, publish_batch, RepublishCompletedV1)


def _republish_referral(
    first_round: UUID, publisher: FilteredPublisher, owned: Owned, *, at: datetime
) -> tuple[bool, bool]:
    """Republishes every round of one referral. Returns whether there were cases and equality answers, counted per referral."""
    counts = [_republish_round(review_id, publisher, owned, at=at) for review_id in owned.rounds(first_round)]
    return any(cases for cases, _ in counts), any(equality for _, equality in counts)


def _republish_round(review_id: UUID, publisher: FilteredPublisher, owned: Owned, *, at: datetime) -> tuple[int, int]:
    publish_history(owned.review(review_id), publisher, at=at)
    cases, equality = owned.cases(review_id), owned.equality(review_id)
    for case in cases:
        for entry in case.entries:
            publish_entry(case, entry, publisher)
    for answers in equality:
        publish_equality(answers, publisher)
    return len(cases), len(equality)
