"""The ids that an audit row can be searched by: its subject and the ids in its details."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID


def ids(subject_id: str, details: Mapping[str, Any] | None) -> set[str]:
    """Returns the ids that a row can be searched by: its subject and those that its details name.

    They are hashed with the row. A change of this rule applies only to rows that are not sealed.
    """
    return {subject_id, *_named(details or {})}


def of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the rows of `audit_subjects` that belong to one row of `audit_rows`."""
    found = sorted(ids(row["subject_id"], row["details"]))
    return [{"subject_id": one, "occurred_at": row["occurred_at"], "row_id": row["id"]} for one in found]


def _named(details: Any) -> Iterator[str]:
    if isinstance(details, Mapping):
        for value in details.values():
            yield from _named(value)
    elif isinstance(details, list | tuple):
        for value in details:
            yield from _named(value)
    elif isinstance(details, str) and _is_id(details):
        yield details


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
