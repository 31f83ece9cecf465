"""Walks an audit chain and says what is wrong with it: a change, a gap, a reorder, a row never sealed."""

from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from services.kernel.audit.sealer import GENESIS, link
from services.kernel.service import Service

_SEALED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A link noted outside the system: with it a cut tail or a chain written anew can be seen."""

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
    """Check every link. Without an anchor it cannot see that the newest rows were cut off with their head."""
    verdict = Verdict(service=service.name, anchored=anchor is not None)
    with service.database.read() as connection:
        _walk(service, connection, verdict, anchor)
        _compare_head(service, connection, verdict)
        _find_unsealed(service, connection, verdict)
    if anchor is not None and anchor.number > verdict.sealed:
        verdict.findings.append(f"the chain ends at {verdict.sealed}, before its anchor {anchor.number}")
    return verdict


def _walk(service: Service, connection: sa.Connection, verdict: Verdict, anchor: Anchor | None) -> None:
    rows = service.tables.audit_rows
    sealed = sa.select(rows).where(rows.c.number.is_not(None)).order_by(rows.c.number)
    for row in connection.execution_options(yield_per=5_000).execute(sealed):
        expected = verdict.sealed + 1
        if row.number != expected:
            verdict.findings.append(f"row {expected} is missing: the next is {row.number}")
        if link(verdict.head, row.number, row) != row.hash:
            verdict.findings.append(f"row {row.number} is not what was sealed")
        if anchor is not None and anchor.number == row.number and anchor.hash != row.hash:
            verdict.findings.append(f"row {row.number} is not what the anchor says")
        verdict.sealed, verdict.head = row.number, row.hash


def _compare_head(service: Service, connection: sa.Connection, verdict: Verdict) -> None:
    head = connection.execute(sa.select(service.tables.audit_head)).one_or_none()
    number, digest = (head.number, head.hash) if head else (0, GENESIS)
    if (number, digest) != (verdict.sealed, verdict.head):
        verdict.findings.append(f"the head stands at {number}, the last row at {verdict.sealed}")


def _find_unsealed(service: Service, connection: sa.Connection, verdict: Verdict) -> None:
    rows = service.tables.audit_rows
    old = rows.c.number.is_(None) & (rows.c.occurred_at < service.clock() - _SEALED_WITHIN)
    count = connection.execute(sa.select(sa.func.count()).select_from(rows).where(old)).scalar_one()
    if count:
        verdict.findings.append(f"{count} rows were never sealed")
