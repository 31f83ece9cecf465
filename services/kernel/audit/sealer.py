"""Links committed audit rows into a chain of hashes. Rows are found by state, so a late commit is not missed."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa

from services.kernel.db.upsert import insert_or_ignore
from services.kernel.service import Service

GENESIS = "0" * 64
_BATCH = 5_000


def link(previous: str, number: int, row: Any) -> str:
    """The hash of one row in the chain: over the hash before it, its number and all that it says."""
    content = [
        number,
        str(row.id),
        row.occurred_at.isoformat(timespec="microseconds"),
        str(row.actor),
        row.what,
        row.subject_type,
        row.subject_id,
        row.reason,
        str(row.correlation_id),
        row.details,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()


def seal(service: Service) -> int:
    """Link one batch of unsealed rows, in one transaction. Gives how many. A second sealer finds nothing to do."""
    rows, head = service.tables.audit_rows, service.tables.audit_head
    with service.database.read() as connection:
        if not connection.execute(sa.select(sa.exists().where(rows.c.number.is_(None)))).scalar_one():
            return 0
    with service.database.write() as connection:
        insert_or_ignore(connection, head, {"id": 1, "number": 0, "hash": GENESIS})
        last = connection.execute(sa.select(head).with_for_update(skip_locked=True)).one_or_none()
        if last is None:
            return 0
        unsealed = sa.select(rows).where(rows.c.number.is_(None)).order_by(rows.c.occurred_at, rows.c.id).limit(_BATCH)
        number, digest = last.number, last.hash
        links = []
        for row in connection.execute(unsealed):
            number += 1
            digest = link(digest, number, row)
            links.append({"row": row.id, "its_number": number, "its_hash": digest, "at": service.clock()})
        if links:
            connection.execute(
                sa.update(rows)
                .where(rows.c.id == sa.bindparam("row"))
                .values(number=sa.bindparam("its_number"), hash=sa.bindparam("its_hash"), sealed_at=sa.bindparam("at")),
                links,
            )
            connection.execute(sa.update(head).values(number=number, hash=digest))
    return len(links)
