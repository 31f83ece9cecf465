"""Links committed audit rows into a hash chain. Finds rows by state, so a late commit is not missed.

Leaves a row unsealed that cannot be read or is not in canonical form, which `verify` reports; seals the rows beside it.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
import structlog

from services.platform.audit.entries import Entries, Entry, Unreadable, damaged_text_read
from services.platform.db import audit_subjects
from services.platform.db.upsert import insert_or_ignore
from services.platform.service import Service

GENESIS = "0" * 64
_BATCH = 5_000

_log = structlog.get_logger()


def link(previous: str, number: int, entry: Entry, subjects: Iterable[str]) -> str:
    """Returns the hash of a row in the chain: over the previous hash, its number, its content and the ids it is found
    by."""
    content = [
        number,
        str(entry.id),
        entry.occurred_at.isoformat(timespec="microseconds"),
        str(entry.actor),
        entry.what,
        entry.subject_type,
        entry.subject_id,
        entry.reason,
        str(entry.correlation_id),
        entry.details,
        sorted(subjects),
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()


def seal(service: Service) -> int:
    """Seals one batch of rows in one transaction. Returns their number. A concurrent sealer finds nothing to do."""
    rows, head = service.tables.audit_rows, service.tables.audit_head
    with service.database.read() as connection:
        if not connection.execute(sa.select(sa.exists().where(rows.c.number.is_(None)))).scalar_one():
            return 0
    with service.database.write() as connection:
        insert_or_ignore(connection, head, {"id": 1, "number": 0, "hash": GENESIS})
        last = connection.execute(sa.select(head).with_for_update(skip_locked=True)).one_or_none()
        if last is None:
            return 0
        entries, number, digest = Entries(connection, rows), last.number, last.hash
        unsealed: sa.Select[Any] = (
            sa.select(*entries.columns).where(rows.c.number.is_(None)).order_by(rows.c.occurred_at, rows.c.id)
        )
        links = []
        with damaged_text_read(connection, "surrogateescape"):
            found = connection.execute(unsealed.limit(_BATCH)).all()
        for row in found:
            try:
                entry = entries.read_as_written(row)
                digest = link(digest, number + 1, entry, audit_subjects.ids(entry.subject_id, entry.details))
            except (Unreadable, TypeError, ValueError):
                _log.error("audit_row_unreadable")
                continue
            number += 1
            links.append({"row": entry.id, "its_number": number, "its_hash": digest, "at": service.clock()})
        if links:
            connection.execute(
                sa.update(rows)
                .where(rows.c.id == sa.bindparam("row"))
                .values(number=sa.bindparam("its_number"), hash=sa.bindparam("its_hash"), sealed_at=sa.bindparam("at")),
                links,
            )
            connection.execute(sa.update(head).values(number=number, hash=digest))
    return len(links)
