"""Publishes models and current results again, because another service asks for them."""

from services.contracts.scoring import RepublishCompletedV1
from services.contracts.topics import ESTIMATES, MODELS
from services.platform.db.transaction import Transaction
from services.platform.republish import (
    FilteredPublisher,
    RepublishedBatch,
    RepublishJob,
    RepublishNextBatch,
    StartRepublish,
    republish_batch,
)
from services.scoring.publish import publish_model, publish_result
from services.scoring.result_store import Results
from services.scoring.store import Models, RepublishJobs

_OURS = frozenset({MODELS.name, ESTIMATES.name})
_PAGE_SIZE = 200


def on_republish_requested(command: StartRepublish, tx: Transaction) -> None:
    """Republish named referrals in this transaction; all of them as a job, a page at a time."""
    topics = command.topics & _OURS
    if not topics:
        return
    if command.referral_ids is None:
        tx.store(RepublishJobs).begin(command.request_id, topics, requested_at=command.requested_at)
        return
    for scored in tx.store(Results).current_of(command.referral_ids):
        publish_result(scored, FilteredPublisher(tx, topics))


def republish_next_batch(_command: RepublishNextBatch, tx: Transaction) -> int:
    return republish_batch(tx.store(RepublishJobs), tx, lambda job: _republish(job, tx), RepublishCompletedV1)


def _republish(job: RepublishJob, tx: Transaction) -> RepublishedBatch:
    counts = {MODELS.name: 0 if job.last_id else _republish_models(job, tx)}
    if ESTIMATES.name not in job.topics:
        return RepublishedBatch(last=None, counts=counts)
    page = tx.store(Results).current_after(job.last_id, given_by=job.requested_at, limit=_PAGE_SIZE)
    for scored in page:
        publish_result(scored, tx)
    last = page[-1].referral_id if len(page) == _PAGE_SIZE else None
    return RepublishedBatch(last=last, counts=counts | {ESTIMATES.name: len(page)})


def _republish_models(job: RepublishJob, tx: Transaction) -> int:
    models = tx.store(Models).described()
    for description, described_at in models:
        publish_model(description, described_at, FilteredPublisher(tx, job.topics))
    return len(models)
