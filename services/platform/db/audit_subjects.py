"""The ids by which an audit row is found: the one it is about, and those that its details name, as a list does."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID


def ids(subject_id: str, details: Mapping[str, Any] | None) -> set[str]:
    """The ids by which a row is found: what it is about, and what its details name.

    They are hashed with the row. Deciding otherwise which they are needs every row sealed first.
    """
    return {subject_id, *_named(details or {})}


def of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of `audit_subjects` that belong to one of `audit_rows`."""
    found = sorted(ids(row["subject_id"], row["details"]))
    return [{"subject_id": one, "occurred_at": row["occurred_at"], "row_id": row["id"]} for one in found]


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
