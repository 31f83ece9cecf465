"""Every row of a service as it was written, to be compared with what is there later."""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from services.contracts import envelope
from services.platform.service import Service

_BY_WORKERS = ("published_at", "number", "hash", "sealed_at")
"""When a row was sent, and its seal."""
_OF_WORKERS = ("audit_head",)


def of(service: Service) -> Counter[tuple[str, Any]]:
    """By the table's name; an audit row and an event by what it says. Without what the service's workers change."""
    found: Counter[tuple[str, Any]] = Counter()
    with service.database.read() as connection:
        for table in service.metadata.sorted_tables:
            if table.name in _OF_WORKERS:
                continue
            for row in connection.execute(sa.select(table)).mappings():
                values = tuple(repr(value) for name, value in row.items() if name not in _BY_WORKERS)
                found[_named(table.name, dict(row)), values] += 1
    return found


def _named(table: str, row: dict[str, Any]) -> str:
    if table == "audit_rows":
        return f"audit {row['what']}"
    if table == "outbox":
        return f"event {envelope.read(row['value']).type}"
    return table
