"""Loads and locks, in a few statements, the rows that the events of one poll need."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.casework.adapters.alarm_repository import SqlAlarms
from services.casework.adapters.persons import Attribution, SqlPersons
from services.casework.adapters.progress import SqlProgress
from services.casework.adapters.projections import from_match, from_referral
from services.casework.adapters.received_versions import SqlReceivedVersions
from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.application.on_events import ApplyIdentity, ApplyMatch
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal
from services.platform.db.batch import Batch
from services.platform.db.locks import lock


def prefetch(batch: Batch, commands: Sequence[object]) -> None:
    """Loads each table with its own statement, after locking what it depends on: a statement sees one snapshot, and the
    transaction that it waited for may have written since."""
    attributions: dict[UUID, Attribution] = {}
    for command in commands:
        for referral_id, one in _attributions(command):
            # The first one, as when handled one by one; later ones are applied in turn.
            attributions.setdefault(referral_id, one)
    reviewed = {c.event["referral_id"] for c in commands if isinstance(c, ApplyReferral | ApplyWithdrawal)}
    identified = {c.event["referral_id"] for c in commands if isinstance(c, ApplyIdentity)}
    # A match moves a person's events to another partition, so two consumers may receive a referral and its withdrawal
    # concurrently. Facts and contact details, which raise one alarm, arrive on two topics.
    lock(batch.connection, (referral_id.bytes for referral_id in reviewed | identified))
    if attributions:
        batch.shared(SqlPersons).lock_rows(attributions)
    batch.shared(SqlReviewRepository).read(reviewed)
    batch.shared(SqlReceivedVersions).read(attributions.keys() | reviewed)
    batch.shared(SqlProgress).read(reviewed)
    batch.shared(SqlAlarms).read(reviewed | identified)


def _attributions(command: object) -> Iterable[tuple[UUID, Attribution]]:
    if isinstance(command, ApplyReferral):
        yield command.event["referral_id"], from_referral(command.event)
    elif isinstance(command, ApplyMatch):
        yield from from_match(command.event)
