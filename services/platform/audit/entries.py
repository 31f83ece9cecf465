"""Reads audit rows value by value, so that a damaged value is located and the other rows remain readable."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa


class Unreadable(Exception):
    """A stored value does not have its column's type. SQLite stores whatever is written past the application."""


class OtherForm(Unreadable):
    """A stored value is not in the canonical form of its type: a search, which compares stored values, misses the row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit row without its position in the chain.

    Its fields are the columns, in the order in which they are hashed.
    """

    id: UUID
    occurred_at: datetime
    actor: UUID | None
    what: str
    subject_type: str
    subject_id: str
    reason: str | None
    correlation_id: UUID
    details: Mapping[str, Any] | None


_NAMES = tuple(Entry.__dataclass_fields__)


class Entries:
    """Reads rows selected with `columns`, on one connection."""

    def __init__(self, connection: sa.Connection, rows: sa.Table) -> None:
        self.columns: list[sa.ColumnElement[Any]] = [
            sa.type_coerce(rows.c[name], sa.types.NullType()).label(name) for name in _NAMES
        ]
        """The columns to select: each value as the driver returns it."""
        dialect = connection.dialect
        types = [rows.c[name].type.dialect_impl(dialect) for name in _NAMES]
        self._processors = [kind.result_processor(dialect, None) for kind in types]
        # PostgreSQL has one form of each value. SQLite stores all of these as text.
        self._has_forms = dialect.name == "sqlite"
        self._writers = [kind.bind_processor(dialect) or _as_it_is for kind in types]

    def read_as_written(self, row: sa.Row[Any]) -> Entry:
        """Returns the entry of a row that is stored in canonical form. Raises Unreadable, OtherForm."""
        entry = self.read(row)
        if not self._has_forms:
            return entry
        for write, name in zip(self._writers, _NAMES, strict=True):
            stored = row._mapping[name]
            if write(getattr(entry, name)) != stored:
                raise OtherForm
            if stored is not None and not _is_text(stored):
                raise Unreadable
        return entry

    def read(self, row: sa.Row[Any]) -> Entry:
        """Returns the entry of a row, in whichever form it is stored. Raises Unreadable."""
        try:
            return Entry(*(self._value(row, name, index) for index, name in enumerate(_NAMES)))
        except Exception as error:  # any exception that a damaged value causes in its type's conversion
            raise Unreadable from error

    def _value(self, row: sa.Row[Any], name: str, index: int) -> Any:
        process, value = self._processors[index], row._mapping[name]
        return value if process is None else process(value)


def _as_it_is(value: Any) -> Any:
    return value


def _is_text(stored: object) -> bool:
    """Returns whether the value is text without surrogates, which stand for bytes that are not UTF-8."""
    return isinstance(stored, str) and stored.encode("utf-8", "replace").decode() == stored


@contextmanager
def damaged_text_read(connection: sa.Connection, errors: str = "replace") -> Iterator[None]:
    """Reads text of SQLite that is not UTF-8 within the context; otherwise its row cannot be fetched.

    Invalid bytes become replacement characters, or surrogates ("surrogateescape").
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", errors)
    try:
        yield
    finally:
        driver.text_factory = before
