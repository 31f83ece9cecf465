"""RepublishJobs in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.platform.republish import RepublishedBatch, RepublishJob


class FakeRepublishJobs:
    def __init__(self) -> None:
        self.waiting: list[RepublishJob] = []
        self.done: list[RepublishJob] = []

    def begin(self, request_id: UUID, topics: Collection[str], *, requested_at: datetime) -> None:
        self.waiting.append(RepublishJob(id=request_id, topics=frozenset(topics), requested_at=requested_at, counts={}))

    def next(self) -> RepublishJob | None:
        return self.waiting[0] if self.waiting else None

    def save(self, job: RepublishJob, batch: RepublishedBatch, *, at: datetime) -> None:
        advanced = replace(job, last_id=batch.last, counts=batch.counts)
        if batch.last is None:
            self.done.append(advanced)
            self.waiting.remove(job)
        else:
            self.waiting[self.waiting.index(job)] = advanced
