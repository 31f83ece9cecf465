"""Use case: another service asks for models and estimates again; they are told as they now stand."""

from services.contracts.scoring import RepublishCompletedV1
from services.contracts.topics import ESTIMATES, MODELS
from services.platform.republish import (
    FilteredPublisher,
    RepublishedBatch,
    RepublishJob,
    RepublishNextBatch,
    StartRepublish,
    republish_batch,
)
from services.scoring.application.ports import UnitOfWork
from services.scoring.application.score import publish_model, publish_result

_OURS = frozenset({MODELS.name, ESTIMATES.name})
_PAGE_SIZE = 200


def on_republish_requested(command: StartRepublish, uow: UnitOfWork) -> None:
    """Tell of a few referrals now, of all of them some at a time."""
    topics = command.topics & _OURS
    if not topics:
        return
    if command.referral_ids is None:
        uow.republish_jobs.begin(command.request_id, topics, requested_at=command.requested_at)
        return
    for given in uow.results.current_of(command.referral_ids):
        publish_result(given, FilteredPublisher(uow, topics))


def republish_next_batch(_command: RepublishNextBatch, uow: UnitOfWork) -> int:
    return republish_batch(uow, lambda job: _tell(job, uow), RepublishCompletedV1)


def _tell(job: RepublishJob, uow: UnitOfWork) -> RepublishedBatch:
    told = {MODELS.name: 0 if job.last_id else _tell_models(job, uow)}
    if ESTIMATES.name not in job.topics:
        return RepublishedBatch(last=None, counts=told)
    given = uow.results.current_after(job.last_id, given_by=job.requested_at, limit=_PAGE_SIZE)
    for answer in given:
        publish_result(answer, uow)
    last = given[-1].referral_id if len(given) == _PAGE_SIZE else None
    return RepublishedBatch(last=last, counts=told | {ESTIMATES.name: len(given)})


def _tell_models(job: RepublishJob, uow: UnitOfWork) -> int:
    models = uow.models.described()
    for description, described_at in models:
        publish_model(description, described_at, FilteredPublisher(uow, job.topics))
    return len(models)
