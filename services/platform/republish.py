"""Republishes the state of a service in batches, at the request of another service."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.contracts.republish import RepublishCompleted
from services.contracts.schema import EventSchema


@dataclass(frozen=True, kw_only=True)
class StartRepublish:
    """Requests the state published on these topics: for these referrals, or for all (None)."""

    request_id: UUID
    topics: frozenset[str]
    referral_ids: tuple[UUID, ...] | None
    requested_at: datetime


@dataclass(frozen=True)
class RepublishNextBatch:
    """Continues the oldest unfinished job. Its handler returns 0 when there is none."""


@dataclass(frozen=True, kw_only=True)
class RepublishJob:
    """Progress of a job. `last_id` was republished last; what was created after `requested_at` is published anyway."""

    id: UUID
    topics: frozenset[str]
    requested_at: datetime
    last_id: UUID | None = None
    counts: Mapping[str, int]
    """Entities republished so far, by topic."""


@dataclass(frozen=True, kw_only=True)
class RepublishedBatch:
    """One batch of a republish job. `last` is None in the final batch."""

    last: UUID | None
    counts: Mapping[str, int]


class RepublishJobs(Protocol):
    def begin(self, request_id: UUID, topics: Collection[str], *, requested_at: datetime) -> None: ...

    def next(self) -> RepublishJob | None:
        """Returns the oldest unfinished job, locked until this transaction ends; None if another process has locked it."""

    def save(self, job: RepublishJob, batch: RepublishedBatch, *, at: datetime) -> None:
        """Stores the progress of the job."""


class Publisher(Protocol):
    """A transaction, or a FilteredPublisher."""

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class Republisher(Publisher, Protocol):
    @property
    def at(self) -> datetime: ...


class FilteredPublisher:
    """Publishes the events of these topics and discards all others."""

    def __init__(self, publisher: Publisher, topics: Collection[str]) -> None:
        self._publisher = publisher
        self._topics = topics

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        if schema.topic in self._topics:
            self._publisher.publish(schema, data)


def asked(event: Mapping[str, Any]) -> StartRepublish:
    """For subscriptions: converts any service's request into a command."""
    ids = event["referral_ids"]
    return StartRepublish(
        request_id=event["request_id"],
        topics=frozenset(event["topics"]),
        referral_ids=None if ids is None else tuple(ids),
        requested_at=event["requested_at"],
    )


def republish_batch(
    jobs: RepublishJobs,
    republisher: Republisher,
    publish: Callable[[RepublishJob], RepublishedBatch],
    ended: type[RepublishCompleted],
) -> int:
    """Publishes one batch of the oldest job, and the totals after the final batch. Returns 0 when no job waits."""
    job = jobs.next()
    if job is None:
        return 0
    batch = publish(job)
    counts = Counter(job.counts)
    counts.update(batch.counts)
    batch = RepublishedBatch(last=batch.last, counts=counts)
    jobs.save(job, batch, at=republisher.at)
    if batch.last is None:
        told = [{"topic": topic, "count": counts[topic]} for topic in sorted(job.topics)]
        republisher.publish(ended, {"request_id": job.id, "version": 1, "told": told, "told_at": republisher.at})
    return 1
