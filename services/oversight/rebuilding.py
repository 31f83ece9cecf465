"""Oversight begins from nothing: it clears what it has read, and asks the owners to tell it again.

No topic is kept for ever, so what was read long ago is in no topic. What was frozen stays as it is and goes on being
shown. While it is being told again nothing is frozen: half of the figures would be wrong.
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
"""Says what was sent, not what is: its owner has nothing of it to tell again."""
READ = tuple(topic.name for topic in topics.TOPICS if "oversight" in topic.readers and topic.name not in _OF_NO_STATE)


@dataclass(frozen=True)
class Rebuild:
    """Clear what was read, and ask for it."""


@dataclass(frozen=True, kw_only=True)
class RecordRepublished:
    """An owner has told everything. `told` says how much, by topic."""

    request_id: UUID
    told: Mapping[str, int]


@dataclass(frozen=True)
class EndRebuild:
    """Let figures be frozen again, if everything that was told has been heard."""


def rebuild(_command: Rebuild, transaction: Transaction) -> UUID:
    """Gives the asking's id. One that is under way already is begun anew."""
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
    """Ask for what an owner has sent and never arrived here."""
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
    """Owners count what was there when they were asked. Partitions keep no order between them, so it is counted here."""
    if told is None:
        return False
    heard = sa.select(sa.func.count()).select_from(models)
    if topic in _HEARD:
        heard = sa.select(sa.func.count()).where(_HEARD[topic], timelines.c.received_at <= requested_at)
    return bool(connection.execute(heard).scalar_one() >= told)
