"""Referrals, and changes to them, that casework has not acknowledged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters import match_scope
from services.intake.adapters.tables import platform, referral_versions, referrals
from services.intake.domain.viewer import Viewer

REPUBLISH_AFTER = timedelta(minutes=10)
SHOWN_AFTER = timedelta(seconds=60)

_c = referrals.c
_since = sa.func.coalesce(_c.changed_at, _c.received_at)
unacknowledged = _c.acknowledged_version < _c.version


@dataclass(frozen=True, kw_only=True)
class InTransit:
    """A referral whose newest version casework has not acknowledged. `is_new`: casework has acknowledged no version."""

    id: UUID
    reference: str
    age: int | None
    since: datetime
    is_new: bool


class SqlUnacknowledged:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def due(self, *, at: datetime, limit: int) -> list[UUID]:
        """Returns and locks the referrals to republish now: none while the outbox has unsent events, which are late, not lost."""
        outbox = platform.outbox.c
        late = sa.exists().where(outbox.published_at.is_(None), outbox.created_at < at - SHOWN_AFTER)
        if self._connection.execute(sa.select(late)).scalar_one():
            return []
        never = _c.republish_at.is_(None) & (_since <= at - REPUBLISH_AFTER)
        found = (
            sa.select(_c.id).where(unacknowledged, never | (_c.republish_at <= at)).order_by(_since, _c.id).limit(limit)
        )
        return list(self._connection.execute(found.with_for_update(skip_locked=True)).scalars())

    def republished(self, referral_id: UUID, *, at: datetime) -> None:
        """Doubles the wait each time, so that a reader is not flooded after hours of downtime."""
        mine = _c.id == referral_id
        since = self._connection.execute(sa.select(_since).where(mine)).scalar_one()
        self._connection.execute(sa.update(referrals).where(mine).values(republish_at=at + (at - since)))


def in_transit(connection: sa.Connection, viewer: Viewer, *, at: datetime, limit: int) -> list[InTransit]:
    """Returns what the viewer may see that has waited for more than a minute, longest wait first."""
    those = sa.select(_c.id).where(_in_transit(viewer, at=at)).order_by(_since, _c.id).limit(limit)
    versions = referral_versions.c
    newest = sa.select(versions.age).where(versions.referral_id == _c.id).order_by(versions.version.desc()).limit(1)
    found = (
        sa.select(
            _c.id,
            _c.reference,
            newest.scalar_subquery().label("age"),
            _since.label("since"),
            (_c.acknowledged_version == 0).label("is_new"),
        )
        .where(_c.id.in_(those))
        .order_by(_since, _c.id)
    )
    return [InTransit(**row._mapping) for row in connection.execute(found)]


def any_in_transit(connection: sa.Connection, viewer: Viewer, *, at: datetime) -> bool:
    return bool(connection.scalar(sa.select(sa.select(_c.id).where(_in_transit(viewer, at=at)).exists())))


def _in_transit(viewer: Viewer, *, at: datetime) -> sa.ColumnElement[bool]:
    return unacknowledged & (_since < at - SHOWN_AFTER) & match_scope.referral_visible_to(_c.id, viewer)
