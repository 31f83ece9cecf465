"""Telling again what a service holds, batch at a time, because another service asked for it."""

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
    """Somebody asks for what is on these topics: of these referrals, or of all (None)."""

    request_id: UUID
    topics: frozenset[str]
    referral_ids: tuple[UUID, ...] | None
    requested_at: datetime


@dataclass(frozen=True)
class RepublishNextBatch:
    """Go on with the oldest job that is not done. Its handler gives 0 when there is none."""


@dataclass(frozen=True, kw_only=True)
class RepublishJob:
    """How far it has come. `last_id` is the id of what was told last; what came after `requested_at` is told anyway."""

    id: UUID
    topics: frozenset[str]
    requested_at: datetime
    last_id: UUID | None = None
    told: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class RepublishedBatch:
    """A part of a republish job. `last` is None when it was the last part."""

    last: UUID | None
    told: Mapping[str, int]


class RepublishJobs(Protocol):
    def begin(self, request_id: UUID, topics: Collection[str], *, requested_at: datetime) -> None: ...

    def next(self) -> RepublishJob | None:
        """The oldest that is not done, held until this transaction ends. None too while another process holds it."""

    def keep(self, job: RepublishJob, batch: RepublishedBatch, *, at: datetime) -> None:
        """Note how far it has come."""


class Republisher(Protocol):
    """What of a unit of work a republish job needs."""

    @property
    def republish_jobs(self) -> RepublishJobs: ...

    @property
    def at(self) -> datetime: ...

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class FilteredPublisher:
    """Publishes what is of these topics, and keeps quiet of the rest."""

    def __init__(self, republisher: Republisher, topics: Collection[str]) -> None:
        self._teller = republisher
        self._topics = topics

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        if schema.topic in self._topics:
            self._teller.publish(schema, data)


def asked(event: Mapping[str, Any]) -> StartRepublish:
    """For subscriptions: any service's asking as a command."""
    ids = event["referral_ids"]
    return StartRepublish(
        request_id=event["request_id"],
        topics=frozenset(event["topics"]),
        referral_ids=None if ids is None else tuple(ids),
        requested_at=event["requested_at"],
    )


def republish_batch(
    republisher: Republisher, tell: Callable[[RepublishJob], RepublishedBatch], ended: type[RepublishCompleted]
) -> int:
    """Tell one part of the oldest job, and with the last part say how much it was. Gives 0 when none waits."""
    job = republisher.republish_jobs.next()
    if job is None:
        return 0
    batch = tell(job)
    told = Counter(job.told)
    told.update(batch.told)
    batch = RepublishedBatch(last=batch.last, told=told)
    republisher.republish_jobs.keep(job, batch, at=republisher.at)
    if batch.last is None:
        counts = [{"topic": topic, "count": told[topic]} for topic in sorted(job.topics)]
        republisher.publish(ended, {"request_id": job.id, "version": 1, "told": counts, "told_at": republisher.at})
    return 1
