"""Reads and holds, in a few statements, what the events of one poll will be heard about."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.casework.adapters.alarm_repository import SqlAlarms
from services.casework.adapters.arrived import SqlArrived
from services.casework.adapters.persons import Said, SqlPersons
from services.casework.adapters.progress import SqlProgress
from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.told import said_by_match, said_by_referral
from services.casework.application.hear import HearIdentity, HearMatch
from services.casework.application.hear_referral import HearReferral, HearWithdrawal
from services.kernel.db.batch import Batch
from services.kernel.db.holding import hold


def read_ahead(batch: Batch, commands: Sequence[object]) -> None:
    """Each is read by a statement of its own, after what it depends on is held: one statement sees one moment, and
    whom it waited for may have written since."""
    said: dict[UUID, Said] = {}
    for command in commands:
        for referral_id, one in _said(command):
            # The first, as when they are heard one by one: the later ones say theirs in turn.
            said.setdefault(referral_id, one)
    reviewed = {c.event["referral_id"] for c in commands if isinstance(c, HearReferral | HearWithdrawal)}
    identified = {c.event["referral_id"] for c in commands if isinstance(c, HearIdentity)}
    # A match moves a person's events to another partition: a referral and its withdrawal may come to two readers at once,
    # and its facts and ways of contact, which raise one alarm, come by two topics.
    hold(batch.connection, (referral_id.bytes for referral_id in reviewed | identified))
    if said:
        batch.shared(SqlPersons).hold(said)
    batch.shared(SqlReviewRepository).read(reviewed)
    batch.shared(SqlArrived).read(said.keys() | reviewed)
    batch.shared(SqlProgress).read(reviewed)
    batch.shared(SqlAlarms).read(reviewed | identified)


def _said(command: object) -> Iterable[tuple[UUID, Said]]:
    if isinstance(command, HearReferral):
        yield command.event["referral_id"], said_by_referral(command.event)
    elif isinstance(command, HearMatch):
        yield from said_by_match(command.event)
