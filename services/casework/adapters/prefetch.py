"""Reads and holds, in a few statements, what the events of one poll will be heard about."""

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
    """Each is read by a statement of its own, after what it depends on is held: one statement sees one moment, and
    whom it waited for may have written since."""
    said: dict[UUID, Attribution] = {}
    for command in commands:
        for referral_id, one in _said(command):
            # The first, as when they are heard one by one: the later ones say theirs in turn.
            said.setdefault(referral_id, one)
    reviewed = {c.event["referral_id"] for c in commands if isinstance(c, ApplyReferral | ApplyWithdrawal)}
    identified = {c.event["referral_id"] for c in commands if isinstance(c, ApplyIdentity)}
    # A match moves a person's events to another partition: a referral and its withdrawal may come to two readers at once,
    # and its facts and ways of contact, which raise one alarm, come by two topics.
    lock(batch.connection, (referral_id.bytes for referral_id in reviewed | identified))
    if said:
        batch.shared(SqlPersons).hold(said)
    batch.shared(SqlReviewRepository).read(reviewed)
    batch.shared(SqlReceivedVersions).read(said.keys() | reviewed)
    batch.shared(SqlProgress).read(reviewed)
    batch.shared(SqlAlarms).read(reviewed | identified)


def _said(command: object) -> Iterable[tuple[UUID, Attribution]]:
    if isinstance(command, ApplyReferral):
        yield command.event["referral_id"], from_referral(command.event)
    elif isinstance(command, ApplyMatch):
        yield from from_match(command.event)
