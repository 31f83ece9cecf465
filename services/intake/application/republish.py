"""Use cases: republish what other services may lack, on a schedule or on their request."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from services.contracts.intake import RepublishCompletedV1
from services.contracts.topics import IDENTITIES, INTAKE_EQUALITY, NARRATIVES, REFERRALS
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import publish_amended, publish_matches, publish_received, publish_withdrawn
from services.platform.republish import (
    FilteredPublisher,
    RepublishedBatch,
    RepublishJob,
    RepublishNextBatch,
    StartRepublish,
    republish_batch,
)

_OURS = frozenset({REFERRALS.name, IDENTITIES.name, NARRATIVES.name, INTAKE_EQUALITY.name})
_PAGE_SIZE = 100


@dataclass(frozen=True)
class RepublishUnacknowledged:
    """Republishes what casework has not acknowledged in time."""


def republish_unacknowledged(_command: RepublishUnacknowledged, uow: UnitOfWork) -> int:
    """Returns the number of referrals. Republished events change nothing for readers that already have them."""
    due = uow.unacknowledged.due(at=uow.at, limit=_PAGE_SIZE)
    for referral_id in due:
        _republish(referral_id, _OURS, uow)
        uow.unacknowledged.republished(referral_id, at=uow.at)
        uow.audit("referral.republished", subject_type="referral", subject_id=referral_id)
    return len(due)


def on_republish_requested(command: StartRepublish, uow: UnitOfWork) -> None:
    """Republishes named referrals immediately and all referrals in batches. Unknown ids are ignored."""
    topics = command.topics & _OURS
    if not topics:
        return
    if command.referral_ids is None:
        uow.republish_jobs.begin(command.request_id, topics, requested_at=command.requested_at)
        return
    for referral_id in uow.referrals.known(command.referral_ids):
        _republish(referral_id, topics, uow)


def republish_next_batch(_command: RepublishNextBatch, uow: UnitOfWork) -> int:
    def republish_page(job: RepublishJob) -> RepublishedBatch:
        ids = uow.referrals.after(job.last_id, received_by=job.requested_at, limit=_PAGE_SIZE)
        counts: Counter[str] = Counter()
        for referral_id in ids:
            counts.update(_republish(referral_id, job.topics, uow))
        return RepublishedBatch(last=ids[-1] if len(ids) == _PAGE_SIZE else None, counts=counts)

    return republish_batch(uow.republish_jobs, uow, republish_page, RepublishCompletedV1)


def _republish(referral_id: UUID, topics: frozenset[str], uow: UnitOfWork) -> Mapping[str, int]:
    """Republishes each version in order, then withdrawal and matches. Returns the number of referrals by topic."""
    publisher = FilteredPublisher(uow, topics)
    versions = uow.referrals.history(referral_id)
    publish_received(versions[0], publisher)
    for before, now in pairwise(versions):
        publish_amended(now, publisher, equality_before=before.content.equality)
    referral = uow.referrals.get(referral_id)
    if referral.withdrawal is not None:
        publish_withdrawn(referral, publisher)
    publish_matches(
        [match for match in uow.matches.for_referral(referral_id) if match.earlier_id == referral_id], uow, publisher
    )
    asked = any(version.content.equality.is_published for version in versions)
    return {REFERRALS.name: 1, INTAKE_EQUALITY.name: int(asked)}
