"""The statements that a service runs, heard on their way to PostgreSQL, to be run again without the service."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from services.platform.service import Service

_UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
_DIGEST = r"[0-9a-f]{64}"
_REFERENCE = r"R-[0-9A-Z]{4,8}"
_LITERAL = re.compile(f"'({_UUID}|{_DIGEST}|{_REFERENCE})'")
"""What may have to be another one each time: ids, digests, references. Only where it stands alone, never in a text."""
_LOCK = re.compile(r"(?<=pg_advisory_xact_lock\()-?\d+")
_LOCKS = re.compile(r"(?<=unnest\(CAST\()'\{[-\d,]*\}'")
_RANDOM = ":r::bigint"
_SHARE_A_DIGEST = 5_840
"""Of so many young people, one was born on a given day: aged 10 to 25."""

_TEXT = re.compile(r"(E?)'((?:[^']|'')*)'")
_INSERT = re.compile(r"(INSERT INTO .*?) VALUES \((.*)\)(.*)", re.DOTALL)
_PAGE_SIZE = re.compile(r"(INSERT INTO \w+ \([^)]*\)) (SELECT .*?)(?=\),\s*into_\w+ AS|\)\s*INSERT INTO|\Z)", re.DOTALL)
"""Each of the inserts that services.platform.db.multi_table_insert makes one statement of."""


class Statements:
    """What one piece of work told the database, with every value in its place."""

    def __init__(self, texts: list[str], changing: frozenset[str]) -> None:
        self._texts = texts
        self._numbers = {value: number for number, value in enumerate(sorted(changing))}

    def script(self) -> str:
        """For pgbench: the same transaction with other ids each time."""
        lines = [_unlike(self._with(_without_variables(text), _RANDOM)) for text in self._texts]
        # In hex at most ten digits, as long as a reference may be.
        return "\n".join(["\\set r random(1, 1000000000000)", "BEGIN;", *(f"{line};" for line in lines), "COMMIT;", ""])

    def fill(self, first: int, last: int) -> Iterator[str]:
        """The rows of as many pieces of work more, each statement once. A digest that never changed, few of them share."""
        for text in self._texts:
            if found := _INSERT.fullmatch(text):
                into, values, rest = found.groups()
                chosen = self._with(values, "each.r")
                yield f"{into} SELECT {chosen} FROM generate_series({first}, {last}) AS each (r){rest}"  # noqa: S608
            elif text.startswith("WITH into_"):
                for into, rows in _PAGE_SIZE.findall(text):
                    made = f"LATERAL ({self._with(rows, 'each.r')}) AS made"
                    yield f"{into} SELECT made.* FROM generate_series({first}, {last}) AS each (r), {made}"  # noqa: S608

    def _with(self, text: str, row: str) -> str:
        return _LITERAL.sub(lambda found: self._made(found.group(1), row), text)

    def _made(self, value: str, row: str) -> str:
        number = self._numbers.get(_plain(value))
        digest = f"md5({row}::text || '-{number}')"
        if re.fullmatch(_DIGEST, value):
            another = f"{digest} || {digest}"
            return (
                f"({another})"
                if number is not None
                else f"(CASE {row} % {_SHARE_A_DIGEST} WHEN 0 THEN '{value}' ELSE {another} END)"
            )
        if number is None:
            return f"'{value}'"
        return f"{digest}::uuid::text" if re.fullmatch(_UUID, value) else f"to_hex({row})"


def of(service: Service, work: Callable[[], object]) -> Statements:
    """What this work says once. It is done twice: what differs then differs each time."""
    first, second = _heard(service, work), _heard(service, work)
    changing = _values(first) - _values(second)
    return Statements(first, frozenset(changing))


def _heard(service: Service, work: Callable[[], object]) -> list[str]:
    texts: list[str] = []
    with _listening(service.database.engine, texts):
        work()
    return texts


@contextmanager
def _listening(engine: sa.Engine, texts: list[str]) -> Iterator[None]:
    def hear(_connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        literal = psycopg.ClientCursor(cursor.connection)
        for each in parameters if executemany else [parameters]:
            texts.append(literal.mogrify(statement, each))

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def _unlike(text: str) -> str:
    """Waiting for no lock of another transaction."""
    return _LOCKS.sub(f"ARRAY[{_RANDOM}]", _LOCK.sub(_RANDOM, text))


def _values(texts: list[str]) -> set[str]:
    return {_plain(found.group(1)) for text in texts for found in _LITERAL.finditer(text)}


def _plain(value: str) -> str:
    """An id is written with hyphens or without."""
    return value.replace("-", "")


def _without_variables(text: str) -> str:
    """pgbench takes a colon and a letter for a variable, even within quotes."""

    def hidden(found: "re.Match[str]") -> str:
        escaped, value = found.groups()
        parts = [f"{escaped}'{part}'" for part in re.split(r":(?=[A-Za-z_])", value)]
        return parts[0] if len(parts) == 1 else f"({' || chr(58) || '.join(parts)})"

    return _TEXT.sub(hidden, text)
