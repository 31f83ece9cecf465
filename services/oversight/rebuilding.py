"""Rebuilds oversight's projections: clears them, and asks the owners to republish their state.

Topics have a limited retention, so old events are in no topic. Frozen figures stay and are still shown. No figures are
frozen during a rebuild: half of them would be wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts import topics
from services.contracts.oversight import LostEventsRequestedV1, RepublishRequestedV1
from services.oversight.tables import models, platform, rebuilds, timelines
from services.platform.db.published_events import SqlHandledEvents
from services.platform.db.transaction import Transaction
from services.platform.lost_events import RequestLostEvents

_OF_NO_STATE = frozenset({topics.CASEWORK_PUBLISHED_LISTS.name})
"""Events about what was sent, not about a state: their owner has nothing to republish."""
READ = tuple(topic.name for topic in topics.TOPICS if "oversight" in topic.readers and topic.name not in _OF_NO_STATE)


@dataclass(frozen=True)
class Rebuild:
    """Clears the projections and requests a republish."""


@dataclass(frozen=True, kw_only=True)
class RecordRepublished:
    """An owner has republished everything. `told` is the number by topic."""

    request_id: UUID
    told: Mapping[str, int]


@dataclass(frozen=True)
class EndRebuild:
    """Lets figures be frozen again once every republished event was received."""


def rebuild(_command: Rebuild, transaction: Transaction) -> UUID:
    """Returns the id of the request. Restarts a rebuild that is under way."""
    connection, at = transaction.connection, transaction.at
    request_id = uuid4()
    connection.execute(sa.delete(timelines))
    connection.execute(sa.delete(models))
    connection.execute(sa.update(rebuilds).where(rebuilds.c.ended_at.is_(None)).values(ended_at=at))
    connection.execute(sa.insert(rebuilds).values(id=request_id, requested_at=at, told=dict.fromkeys(READ)))
    asked = {"topics": list(READ), "referral_ids": None, "requested_at": at}
    transaction.publish(RepublishRequestedV1, {"request_id": request_id, "version": 1, **asked})
    transaction.audit("figures.rebuild_begun", subject_type="rebuild", subject_id=request_id)
    return request_id


def request_lost_events(command: RequestLostEvents, transaction: Transaction) -> None:
    """Requests events that an owner has sent and that never arrived here."""
    lost = SqlHandledEvents(transaction.connection, platform).not_among(command.event_ids)
    if lost:
        transaction.publish(LostEventsRequestedV1, {"request_id": uuid4(), "version": 1, "event_ids": lost})


def record_republished(command: RecordRepublished, transaction: Transaction) -> None:
    mine = rebuilds.c.id == command.request_id
    held = transaction.connection.execute(sa.select(rebuilds.c.told).where(mine).with_for_update()).scalar()
    if held is not None:
        transaction.connection.execute(sa.update(rebuilds).where(mine).values(told=held | dict(command.told)))


def end_rebuild(_command: EndRebuild, transaction: Transaction) -> int:
    connection = transaction.connection
    row = connection.execute(sa.select(rebuilds).where(rebuilds.c.ended_at.is_(None)).with_for_update()).one_or_none()
    if row is None or not all(_heard_all(connection, row.requested_at, topic, row.told[topic]) for topic in READ):
        return 0
    connection.execute(sa.update(rebuilds).where(rebuilds.c.id == row.id).values(ended_at=transaction.at))
    transaction.audit("figures.rebuild_ended", subject_type="rebuild", subject_id=row.id)
    return 1


def under_way(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(rebuilds.c.id).where(rebuilds.c.ended_at.is_(None))).first() is not None


_HEARD: Mapping[str, sa.ColumnElement[bool]] = {
    topics.REFERRALS.name: timelines.c.version > 0,
    topics.INTAKE_EQUALITY.name: timelines.c.referrer_asked_version > 0,
    topics.REVIEWS.name: timelines.c.review_version > 0,
    topics.CASES.name: timelines.c.case_version > 0,
    topics.CASEWORK_EQUALITY.name: timelines.c.worker_asked_version > 0,
}


def _heard_all(connection: sa.Connection, requested_at: datetime, topic: str, told: int | None) -> bool:
    """Compares with the owner's count, taken when the request was made.

    Partitions are unordered, so rows are counted here.
    """
    if told is None:
        return False
    heard = sa.select(sa.func.count()).select_from(models)
    if topic in _HEARD:
        heard = sa.select(sa.func.count()).where(_HEARD[topic], timelines.c.received_at <= requested_at)
    return bool(connection.execute(heard).scalar_one() >= told)
