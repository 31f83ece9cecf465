"""Use cases: casework tells again what it holds when somebody asks, and asks others for what its reviews lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.casework.application.case_publishing import tell_entry
from services.casework.application.record_case_equality import tell_equality
from services.casework.application.review_publishing import tell_as_it_stands
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
    """Reviews with everything that followed from them, for telling again only."""

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        """The next first rounds by id whose referrals were received by that time."""

    def rounds(self, review_id: UUID) -> Sequence[UUID]:
        """Every round of the referral that this one is of, first to last."""

    def review(self, review_id: UUID) -> Review:
        """With its decision, if there is one."""

    def cases(self, review_id: UUID) -> list[Case]: ...
    def equality(self, review_id: UUID) -> list[CaseEquality]:
        """The newest answers in each of its cases."""


@dataclass(frozen=True, kw_only=True)
class MissingData:
    """What an open review lacks though it was told of long enough ago."""

    referral_id: UUID
    details: bool
    answer: bool


class MissingDataStore(Protocol):
    def due(self, *, at: datetime, limit: int) -> Sequence[MissingData]: ...
    def asked(self, referral_id: UUID, *, at: datetime) -> None: ...


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
    """Ask the owners of what open reviews lack."""


def request_missing_data(_command: RequestMissingData, uow: RepublishUnitOfWork) -> int:
    """Gives for how many reviews. An answer that lacks may have been lost on either way, so both owners are asked."""
    due = uow.missing_data.due(at=uow.at, limit=_PAGE_SIZE)
    _ask(_DETAILS, [missing.referral_id for missing in due if missing.details], uow)
    _ask(_ANSWER, [missing.referral_id for missing in due if missing.answer], uow)
    for missing in due:
        uow.missing_data.asked(missing.referral_id, at=uow.at)
    return len(due)


def _ask(topics: list[str], referral_ids: list[UUID], uow: RepublishUnitOfWork) -> None:
    if referral_ids:
        asked = {"topics": topics, "referral_ids": referral_ids, "requested_at": uow.at}
        uow.publish(RepublishRequestedV1, {"request_id": uow.new_id(), "version": 1, **asked})


def on_republish_requested(command: StartRepublish, uow: RepublishUnitOfWork) -> None:
    """Nobody asks casework for single referrals: what it tells is of whole reviews."""
    topics = command.topics & _OURS
    if topics:
        uow.republish_jobs.begin(command.request_id, topics, requested_at=command.requested_at)


def republish_next_batch(_command: RepublishNextBatch, uow: RepublishUnitOfWork) -> int:
    def tell(job: RepublishJob) -> RepublishedBatch:
        ids = uow.owned.after(job.last_id, received_by=job.requested_at, limit=_PAGE_SIZE)
        told = {REVIEWS.name: len(ids), CASES.name: 0, CASEWORK_EQUALITY.name: 0}
        for review_id in ids:
            cases, equality = _tell(review_id, FilteredPublisher(uow, job.topics), uow.owned, at=uow.at)
            told[CASES.name] += cases
            told[CASEWORK_EQUALITY.name] += equality
        return RepublishedBatch(last=ids[-1] if len(ids) == _PAGE_SIZE else None, counts=told)

    return republish_batch(uow, tell, RepublishCompletedV1)


def _tell(first_round: UUID, publisher: FilteredPublisher, owned: Owned, *, at: datetime) -> tuple[bool, bool]:
    """Every round of one referral. Gives whether there were cases, and answers on equality: who reads counts referrals."""
    told = [_tell_round(review_id, publisher, owned, at=at) for review_id in owned.rounds(first_round)]
    return any(cases for cases, _ in told), any(equality for _, equality in told)


def _tell_round(review_id: UUID, publisher: FilteredPublisher, owned: Owned, *, at: datetime) -> tuple[int, int]:
    tell_as_it_stands(owned.review(review_id), publisher, at=at)
    cases, equality = owned.cases(review_id), owned.equality(review_id)
    for case in cases:
        for entry in case.entries:
            tell_entry(case, entry, publisher)
    for answers in equality:
        tell_equality(answers, publisher)
    return len(cases), len(equality)
