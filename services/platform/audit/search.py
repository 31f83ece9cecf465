"""Searches the audit rows of one service, newest first. Each search is audited in the same transaction."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.platform.audit.entries import Entries, Entry, Unreadable, damaged_text_read
from services.platform.db.tables import PlatformTables
from services.platform.service import Service

MAX_IDS = 50
"""Maximum number of ids in a search."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """The criteria. All of those given must match; of the ids, any one."""

    ids: tuple[str, ...] = ()
    actor: UUID | None = None
    """The acting account. Without ids, also finds what was done to the account, such as a failed sign-in."""
    act: str = ""
    since: datetime | None = None
    before: datetime | None = None
    after: tuple[datetime, UUID] | None = None
    """Time and id of the row after which the page begins: the rows found are older."""
    limit: int

    def __post_init__(self) -> None:
        """Raises ValueError where the period ends before it begins, or an act alone would scan every row."""
        if self.since and self.before and self.before <= self.since:
            raise ValueError("the time ends before it begins")
        if self.act and not (self.ids or self.actor or self.since):
            raise ValueError("an act alone")


@dataclass(frozen=True, kw_only=True)
class FoundRow:
    """One audit row, and the service that wrote it."""

    service: str
    number: int | None
    """Its position in the chain; None until it is sealed, within seconds."""
    entry: Entry

    @property
    def position(self) -> tuple[datetime, UUID]:
        return self.entry.occurred_at, self.entry.id


def find(service: Service, query: Query, *, actor: UUID, correlation_id: UUID) -> list[FoundRow]:
    """Returns up to `limit` rows and audits the search by this member of staff.

    An id of a referral also finds rows about its reviews, cases, alarms and estimates.
    """
    with service.dispatcher.transaction(actor=actor, correlation_id=correlation_id) as transaction:
        connection = transaction.connection
        searches = list(_searches(service, connection, query))
        found: dict[UUID, FoundRow] = {}
        with damaged_text_read(connection):
            for search in searches:
                found.update((row.entry.id, row) for row in _rows(service, connection, search))
        transaction.audit("audit.read", subject_type="audit", subject_id=service.name, details=_details(query))
    return sorted(found.values(), key=lambda row: row.position, reverse=True)[: query.limit]


def ids_of(service: Service, text: str) -> list[str]:
    """Returns the ids that this service knows for a reference; empty if it knows none."""
    with service.database.read() as connection:
        return sorted(service.audit_ids(connection, text))


def references_of(service: Service, ids: Collection[UUID]) -> dict[UUID, str]:
    """Returns, by id, the reference of the referral that it belongs to, if this service knows one."""
    with service.database.read() as connection:
        return dict(service.audit_references(connection, ids))


def selected(tables: PlatformTables, query: Query, *, subject: str = "") -> sa.Select[Any]:
    """Returns the statement of a search, for one id if there is one.

    An index provides the order, so it stops at the limit.
    """
    rows = tables.audit_rows
    found: sa.Select[Any] = sa.select(rows)
    at, row_id = rows.c.occurred_at, rows.c.id
    if subject:
        named = tables.audit_subjects.c
        found = found.join(tables.audit_subjects, named.row_id == rows.c.id).where(named.subject_id == subject)
        # The index that finds them also provides their order.
        at, row_id = named.occurred_at, named.row_id
    for condition in _conditions(rows, at, query):
        found = found.where(condition)
    if query.after is not None:
        last, last_id = query.after
        found = found.where((at < last) | ((at == last) & (row_id < last_id)))
    return found.order_by(at.desc(), row_id.desc()).limit(query.limit)


def _searches(service: Service, connection: sa.Connection, query: Query) -> Iterator[sa.Select[Any]]:
    """One statement for each id, so that each stops at the limit; the combined rows are sorted afterwards."""
    if query.ids:
        ids = [one for asked in query.ids for one in (asked, *service.audit_ids(connection, asked))]
        yield from (selected(service.tables, query, subject=one) for one in dict.fromkeys(ids))
        return
    yield selected(service.tables, query)
    if query.actor is not None:
        account = str(query.actor)
        yield selected(service.tables, replace(query, actor=None, ids=(account,)), subject=account)


def _conditions(rows: sa.Table, at: sa.ColumnElement[Any], query: Query) -> Iterator[sa.ColumnElement[bool]]:
    if query.actor is not None:
        yield rows.c.actor == query.actor
    if query.act:
        yield rows.c.what == query.act
    if query.since is not None:
        yield at >= query.since
    if query.before is not None:
        yield at < query.before


def _rows(service: Service, connection: sa.Connection, search: sa.Select[Any]) -> Iterator[FoundRow]:
    """Omits a row that cannot be read; `audit verify` names it."""
    rows = service.tables.audit_rows
    entries = Entries(connection, rows)
    columns = (*entries.columns, rows.c.number)
    asked: sa.Select[Any] = search.with_only_columns(*columns, maintain_column_froms=True)
    for row in connection.execute(asked):
        try:
            entry = entries.read(row)
        except Unreadable:
            continue
        yield FoundRow(service=service.name, number=row.number, entry=entry)


def _details(query: Query) -> Mapping[str, Any]:
    """Returns the details of the row about a search: validated ids and dates.

    The ids are one text and do not index the row: the page's own row, one for all services, is found by them.
    """
    details = {
        "about": f"ids: {' '.join(query.ids)}" if query.ids else None,
        "by": f"account: {query.actor}" if query.actor else None,
        "since": query.since.isoformat() if query.since else None,
        "before": query.before.isoformat() if query.before else None,
    }
    return {name: value for name, value in details.items() if value}


def next_page(query: Query, rows: list[FoundRow]) -> Query:
    """Returns the search for the rows after these."""
    return replace(query, after=rows[-1].position)
