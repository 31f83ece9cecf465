"""Verifies an audit chain: finds changed, reformatted, missing, reordered and unsealed rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from services.platform.audit.entries import Entries, OtherForm, Unreadable, damaged_text_read
from services.platform.audit.sealer import GENESIS, link
from services.platform.db.tables import PlatformTables
from services.platform.service import Service

_SEALED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A link recorded outside the system: it reveals a truncated or rewritten chain."""

    number: int
    hash: str


@dataclass(kw_only=True)
class Verdict:
    service: str
    sealed: int = 0
    head: str = GENESIS
    anchored: bool = False
    findings: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(service: Service, *, anchor: Anchor | None = None) -> Verdict:
    """Checks every link in one snapshot of the database: rows are written and sealed meanwhile.

    Without an anchor it cannot detect that the newest rows were removed together with the head.
    """
    verdict = Verdict(service=service.name, anchored=anchor is not None)
    with service.database.snapshot() as connection, damaged_text_read(connection, "surrogateescape"):
        _walk(service.tables, connection, verdict, anchor)
        _compare_head(service, connection, verdict)
        _find_unsealed(service, connection, verdict)
        _find_subjects_of_no_row(service.tables, connection, verdict)
    if anchor is not None and anchor.number > verdict.sealed:
        verdict.findings.append(f"the chain ends at {verdict.sealed}, before its anchor {anchor.number}")
    return verdict


def _walk(tables: PlatformTables, connection: sa.Connection, verdict: Verdict, anchor: Anchor | None) -> None:
    entries = Entries(connection, tables.audit_rows)
    for row, subjects in _sealed(tables, entries, connection):
        if not isinstance(row.number, int):
            verdict.findings.append("a row has a number that cannot be read")
            continue
        expected = verdict.sealed + 1
        if row.number != expected:
            verdict.findings.append(f"row {expected} is missing: the next is {row.number}")
        try:
            if link(verdict.head, row.number, entries.read_as_written(row), subjects) != row.hash:
                verdict.findings.append(f"row {row.number} is not what was sealed")
        except OtherForm:
            verdict.findings.append(f"row {row.number} is stored in another form than it was sealed in")
        except (Unreadable, TypeError, ValueError):
            verdict.findings.append(f"row {row.number} cannot be read: it is not what was sealed")
        if anchor is not None and anchor.number == row.number and anchor.hash != row.hash:
            verdict.findings.append(f"row {row.number} does not match the anchor")
        verdict.sealed, verdict.head = row.number, str(row.hash)


def _sealed(
    tables: PlatformTables, entries: Entries, connection: sa.Connection
) -> Iterator[tuple[sa.Row[Any], list[str]]]:
    """Returns each sealed row in the chain's order, with the ids indexed for it."""
    rows, named = tables.audit_rows, tables.audit_subjects
    found: sa.Select[Any] = (
        sa.select(*entries.columns, rows.c.number, rows.c.hash, named.c.subject_id.label("found_by"))
        .outerjoin_from(rows, named, _belongs(tables))
        .where(rows.c.number.is_not(None))
        .order_by(rows.c.number)
    )
    for _, same in groupby(connection.execution_options(yield_per=5_000).execute(found), attrgetter("number")):
        first, *others = same
        subjects = [str(row.found_by) for row in (first, *others) if row.found_by is not None]
        yield first, subjects


def _belongs(tables: PlatformTables) -> sa.ColumnElement[bool]:
    """An indexed id with a different time does not belong to its row: a search would list it at another position."""
    rows, named = tables.audit_rows.c, tables.audit_subjects.c
    return (named.row_id == rows.id) & (named.occurred_at == rows.occurred_at)


def _compare_head(service: Service, connection: sa.Connection, verdict: Verdict) -> None:
    head = connection.execute(sa.select(service.tables.audit_head)).one_or_none()
    number, digest = (head.number, head.hash) if head else (0, GENESIS)
    if (number, digest) != (verdict.sealed, verdict.head):
        verdict.findings.append(f"the head stands at {number}, the last row at {verdict.sealed}")


def _find_unsealed(service: Service, connection: sa.Connection, verdict: Verdict) -> None:
    """A row whose age is unreadable will never be sealed, so it is reported immediately."""
    rows = service.tables.audit_rows
    entries, sealed_by_now = Entries(connection, rows), service.clock() - _SEALED_WITHIN
    unsealed: sa.Select[Any] = sa.select(*entries.columns).where(rows.c.number.is_(None))
    late = unreadable = 0
    for row in connection.execution_options(yield_per=5_000).execute(unsealed):
        try:
            late += entries.read_as_written(row).occurred_at < sealed_by_now
        except Unreadable:
            unreadable += 1
    if late:
        verdict.findings.append(f"{late} rows were never sealed")
    if unreadable:
        verdict.findings.append(f"{unreadable} unsealed rows cannot be read or are stored in another form")


def _find_subjects_of_no_row(tables: PlatformTables, connection: sa.Connection, verdict: Verdict) -> None:
    alone = ~sa.exists().where(_belongs(tables)).correlate(tables.audit_subjects)
    count = connection.execute(sa.select(sa.func.count()).select_from(tables.audit_subjects).where(alone)).scalar_one()
    if count:
        verdict.findings.append(f"{count} ids in the index of the audit belong to no row")
