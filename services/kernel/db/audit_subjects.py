"""The ids by which an audit row is found: the one it is about, and those that its details name, as a list does."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.kernel.db.types import Json, UtcDateTime

_AT_ONCE = 5_000


def ids(subject_id: str, details: Mapping[str, Any] | None) -> set[str]:
    """The ids by which a row is found: what it is about, and what its details name.

    They are hashed with the row. Deciding otherwise which they are needs every row sealed first.
    """
    return {subject_id, *_named(details or {})}


def of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of `audit_subjects` that belong to one of `audit_rows`."""
    found = sorted(ids(row["subject_id"], row["details"]))
    return [{"subject_id": one, "occurred_at": row["occurred_at"], "row_id": row["id"]} for one in found]


def fill(connection: sa.Connection) -> None:
    """For the revision that makes the table: write the ids of the audit rows that are there."""
    columns = (
        sa.column("id", sa.Uuid),
        sa.column("occurred_at", UtcDateTime),
        sa.column("subject_id", sa.String),
        sa.column("details", Json),
    )
    rows = sa.table("audit_rows", *columns)
    subjects = sa.table(
        "audit_subjects",
        sa.column("subject_id", sa.String),
        sa.column("occurred_at", UtcDateTime),
        sa.column("row_id", sa.Uuid),
    )
    last = UUID(int=0)
    while found := connection.execute(
        sa.select(rows).where(rows.c.id > last).order_by(rows.c.id).limit(_AT_ONCE)
    ).all():
        connection.execute(sa.insert(subjects), [one for row in found for one in of({**row._mapping})])
        last = found[-1].id


def _named(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _named(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _named(value)
    elif isinstance(told, str) and _is_id(told):
        yield told


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
