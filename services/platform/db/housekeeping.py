"""Hourly purge of expired inbox marks, idempotency keys, sent outbox rows, request counts and data of the service."""

from datetime import timedelta

import sqlalchemy as sa

from services.platform.db import idempotency, request_counts, unsent_texts
from services.platform.service import Service

INBOX_RETENTION = timedelta(days=30)
OUTBOX_RETENTION = timedelta(days=14)


def purge(service: Service) -> None:
    """Deletes everything past its retention time. Inbox marks outlive the longest topic and redrive window."""
    at = service.clock()
    inbox, outbox = service.tables.inbox, service.tables.outbox
    with service.database.write() as connection:
        idempotency.purge(connection, service.tables, at=at)
        request_counts.purge(connection, service.tables, at=at)
        unsent_texts.purge(connection, service.tables, at=at)
        connection.execute(sa.delete(inbox).where(inbox.c.handled_at < at - INBOX_RETENTION))
        connection.execute(sa.delete(outbox).where(outbox.c.published_at < at - OUTBOX_RETENTION))
        for purge_more in service.housekeeping:
            purge_more(connection, at)
