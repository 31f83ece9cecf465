"""Drops what is past its time: inbox marks, idempotency keys, sent outbox rows, counts of requests, and what the service itself forgets."""

from datetime import timedelta

import sqlalchemy as sa

from services.platform.db import idempotency, request_counts, unsent_texts
from services.platform.service import Service

INBOX_KEPT_FOR = timedelta(days=30)
OUTBOX_KEPT_FOR = timedelta(days=14)


def forget(service: Service) -> None:
    """Drop everything that is past its time. Marks outlive the longest topic and redrive window."""
    at = service.clock()
    inbox, outbox = service.tables.inbox, service.tables.outbox
    with service.database.write() as connection:
        idempotency.forget_old(connection, service.tables, at=at)
        request_counts.forget_old(connection, service.tables, at=at)
        unsent_texts.purge(connection, service.tables, at=at)
        connection.execute(sa.delete(inbox).where(inbox.c.handled_at < at - INBOX_KEPT_FOR))
        connection.execute(sa.delete(outbox).where(outbox.c.published_at < at - OUTBOX_KEPT_FOR))
        for forget_more in service.housekeeping:
            forget_more(connection, at)
