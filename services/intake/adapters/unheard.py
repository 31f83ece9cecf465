"""Which referrals, or changes to them, casework has not said that it knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.intake.adapters import match_scope
from services.intake.adapters.tables import kernel, referral_versions, referrals
from services.intake.domain.match_reader import MatchReader

TOLD_AGAIN_AFTER = timedelta(minutes=10)
SHOWN_AFTER = timedelta(seconds=60)

_c = referrals.c
_since = sa.func.coalesce(_c.changed_at, _c.received_at)
unheard = _c.heard_version < _c.version


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """A referral that is not among the reviews as it now stands. `is_new` when nothing of it is."""

    id: UUID
    reference: str
    age: int | None
    since: datetime
    is_new: bool


class SqlUnheard:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def due(self, *, at: datetime, limit: int) -> list[UUID]:
        """Those to tell again now, held. None while events wait to be sent: then nothing is lost, only late."""
        outbox = kernel.outbox.c
        late = sa.exists().where(outbox.published_at.is_(None), outbox.created_at < at - SHOWN_AFTER)
        if self._connection.execute(sa.select(late)).scalar_one():
            return []
        never = _c.tell_again_at.is_(None) & (_since <= at - TOLD_AGAIN_AFTER)
        found = sa.select(_c.id).where(unheard, never | (_c.tell_again_at <= at)).order_by(_since, _c.id).limit(limit)
        return list(self._connection.execute(found.with_for_update(skip_locked=True)).scalars())

    def told_again(self, referral_id: UUID, *, at: datetime) -> None:
        """The next time comes after twice the wait: a reader that is away for hours does not come back to a flood."""
        mine = _c.id == referral_id
        since = self._connection.execute(sa.select(_since).where(mine)).scalar_one()
        self._connection.execute(sa.update(referrals).where(mine).values(tell_again_at=at + (at - since)))


def arriving(connection: sa.Connection, reader: MatchReader, *, at: datetime, limit: int) -> list[Arriving]:
    """What waits longer than a minute, of what the reviewer will know; the longest first."""
    those = sa.select(_c.id).where(_arriving(reader, at=at)).order_by(_since, _c.id).limit(limit)
    versions = referral_versions.c
    newest = sa.select(versions.age).where(versions.referral_id == _c.id).order_by(versions.version.desc()).limit(1)
    found = (
        sa.select(
            _c.id,
            _c.reference,
            newest.scalar_subquery().label("age"),
            _since.label("since"),
            (_c.heard_version == 0).label("is_new"),
        )
        .where(_c.id.in_(those))
        .order_by(_since, _c.id)
    )
    return [Arriving(**row._mapping) for row in connection.execute(found)]


def any_arriving(connection: sa.Connection, reader: MatchReader, *, at: datetime) -> bool:
    return bool(connection.scalar(sa.select(sa.select(_c.id).where(_arriving(reader, at=at)).exists())))


def _arriving(reader: MatchReader, *, at: datetime) -> sa.ColumnElement[bool]:
    return unheard & (_since < at - SHOWN_AFTER) & match_scope.knows_referral(_c.id, reader)
