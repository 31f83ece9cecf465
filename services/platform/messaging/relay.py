"""Sends the outbox: append, then mark. After a crash between the two it sends again, and the inbox drops the duplicate."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.platform.failpoints import failpoint
from services.platform.messaging.leader_lock import LeaderLock
from services.platform.messaging.log import Log, Record
from services.platform.service import Service

_BATCH = 500


class Relay:
    """The sender of one service. Of several processes, the one that holds the lock sends; the others stand by."""

    def __init__(self, service: Service, log: Log) -> None:
        self._service = service
        self._log = log
        self._leader_lock = LeaderLock(service.database, "relay")
        # Built once: every service polls several times a second.
        outbox = service.tables.outbox
        c = outbox.c
        self._first_waiting = (
            sa.select(c.position, c.topic, c.key, c.value)
            .where(c.published_at.is_(None))
            .order_by(c.position)
            .limit(_BATCH)
        )
        self._are_sent = (
            sa.update(outbox)
            .where(c.position.in_(sa.bindparam("positions", expanding=True)))
            .values(published_at=sa.bindparam("at"))
        )

    def run_once(self) -> int:
        """Sends one batch. Returns its size; 0 when nothing waits or another process is the sender."""
        if not self._leader_lock.try_acquire():
            return 0
        rows = self._waiting()
        if not rows:
            return 0
        failpoint("relay.selected")
        self._log.append([Record(topic=row.topic, key=row.key, value=row.value) for row in rows])
        failpoint("relay.before_mark")
        self._mark([row.position for row in rows])
        failpoint("relay.after_mark")
        return len(rows)

    def stop(self) -> None:
        self._leader_lock.release()

    def _waiting(self) -> Sequence[Any]:
        with self._service.database.read() as connection:
            return connection.execute(self._first_waiting).all()

    def _mark(self, positions: list[int]) -> None:
        with self._service.database.write() as connection:
            connection.execute(self._are_sent, {"positions": positions, "at": self._service.clock()})
